import { describe, expect, it } from '@jest/globals';
import { signingFetchOf } from './signing-fetch.ts';

describe('requests to a deployed API', () => {
  it.each([
    ['https://abc123.execute-api.eu-central-1.amazonaws.com', {}, true],
    ['https://api.example.com', {}, false],
    ['https://execute-api.eu-central-1.amazonaws.com.example.com', {}, false],
    ['https://api.example.com', { HITL_API_AUTH: 'iam', AWS_REGION: 'eu-central-1' }, true],
  ])('%s with %j: signed with AWS credentials: %p', async (url, env, isSigned) => {
    expect((await signingFetchOf(url, env)) !== undefined).toBe(isSigned);
  });

  it.each([
    [{ HITL_API_AUTH: 'basic' }, 'HITL_API_AUTH: must be iam'],
    [{ HITL_API_AUTH: 'iam' }, 'AWS_REGION: is required with HITL_API_AUTH=iam'],
  ])('refuses %j by name', async (env, message) => {
    await expect(signingFetchOf('https://api.example.com', env)).rejects.toThrow(message);
  });
});
