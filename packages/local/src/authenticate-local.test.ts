import { identifyCaller } from '@hitl/api';
import { ForbiddenError, InvalidInputError, UnauthenticatedError } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { createLocalAuthenticate } from './authenticate-local.ts';

const authenticate = createLocalAuthenticate({
  operator: 'operator-token',
  people: new Map([
    ['alice', 'token-of-alice'],
    ['carol', 'token-of-carol'],
  ]),
});
const asking = (authorization?: string) =>
  authenticate(
    new Request('http://127.0.0.1/', authorization === undefined ? {} : { headers: { authorization } }),
  );

describe('who is there, on the local stack', () => {
  it('a person’s own token proves that person and claims no other', async () => {
    const credential = await asking('Bearer token-of-carol');
    expect(identifyCaller(credential, undefined)).toMatchObject({ id: 'carol', assurance: 'authenticated' });
    expect(identifyCaller(credential, 'carol')).toMatchObject({ id: 'carol' });
    expect(() => identifyCaller(credential, 'alice')).toThrow(ForbiddenError);
  });

  it('the operator’s token proves nobody: whoever it names is only asserted', async () => {
    const credential = await asking('Bearer operator-token');
    expect(identifyCaller(credential, 'carol')).toMatchObject({ id: 'carol', assurance: 'asserted' });
    expect(() => identifyCaller(credential, undefined)).toThrow(InvalidInputError);
  });

  it.each([
    undefined,
    '',
    'Bearer ',
    'Bearer operator-toke',
    'Bearer operator-token, Bearer token-of-carol',
    'Basic operator-token',
    'token-of-carol',
  ])('%j is nobody', async (authorization) => {
    await expect(asking(authorization)).rejects.toBeInstanceOf(UnauthenticatedError);
  });
});
