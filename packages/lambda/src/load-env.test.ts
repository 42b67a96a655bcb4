import { InvalidInputError } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { loadEnv, loadEnvFamily } from './load-env.ts';

describe('loadEnv', () => {
  it('gives what was asked for, parsed, and nothing else', () => {
    const source = { ENVIRONMENT: 'dev', MCP_PORT: '8000', SLACK_ASYNC: '1', MODEL_ID: 'm' };
    const env = loadEnv(
      { required: ['ENVIRONMENT', 'MCP_PORT'], optional: ['SLACK_ASYNC', 'DATA_DIR'] },
      source,
    );
    expect(env).toEqual({ ENVIRONMENT: 'dev', MCP_PORT: 8000, SLACK_ASYNC: true });
  });

  it('names everything that is missing or wrong at once', () => {
    const load = () =>
      loadEnv(
        { required: ['ENVIRONMENT', 'DATA_DIR'], optional: ['MCP_PORT', 'JIRA_BASE_URL'] },
        { ENVIRONMENT: '', MCP_PORT: '70000', JIRA_BASE_URL: 'jira.example.com' },
      );
    expect(load).toThrow(InvalidInputError);
    expect(load).toThrow(
      'Environment variables are missing or wrong: ENVIRONMENT is not set; DATA_DIR is not set; ' +
        'MCP_PORT must be a whole number from 0 to 65535; JIRA_BASE_URL must be an http or https URL',
    );
  });

  it('takes an empty value as not set', () => {
    expect(loadEnv({ optional: ['MODEL_ID'] }, { MODEL_ID: '' })).toEqual({});
  });

  it('never shows a value', () => {
    const value = 'not-a-level-but-perhaps-a-secret';
    expect(() => loadEnv({ optional: ['LOG_LEVEL'] }, { LOG_LEVEL: value })).not.toThrow(value);
  });

  it('reads a family of variables by the rest of their names', () => {
    const family = loadEnvFamily('MCP_AUTH_TOKEN_', {
      MCP_AUTH_TOKEN_JIRA: 'a',
      MCP_AUTH_TOKEN: 'b',
      MCP_AUTH_TOKEN_X: '',
    });
    expect([...family]).toEqual([['jira', 'a']]);
  });
});
