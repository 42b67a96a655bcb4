import { UnauthenticatedError } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { createLocalAuthenticate } from './authenticate-local.ts';

const authenticate = createLocalAuthenticate({ operator: 'op:token', people: new Map([['carol', 'hers']]) });
const basic = (pair: string) =>
  authenticate(
    new Request('http://127.0.0.1/approvals', {
      headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
    }),
  );

describe('what a browser asked its person for', () => {
  it('proves the person whose token the password is, whatever the user name', async () => {
    expect(await basic('anything:hers')).toMatchObject({ principalId: 'carol', assurance: 'authenticated' });
    expect(await basic(':op:token')).toMatchObject({ assurance: 'asserted' });
  });

  it.each(['carol:', 'carol:wrong', 'hers', 'hers:carol'])('%s proves nobody', async (pair) => {
    await expect(basic(pair)).rejects.toThrow(UnauthenticatedError);
  });
});
