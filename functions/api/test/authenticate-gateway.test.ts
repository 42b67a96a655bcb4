import { ForbiddenError, UnauthenticatedError } from '@hitl/core';
import { createMemoryDirectory } from '@hitl/testing';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createGatewayAuthenticator } from '../src/authenticate-gateway.ts';

const issuer = 'https://id.example.com';
const directory = createMemoryDirectory([
  { id: 'alice', kind: 'user', groups: [], links: ['aws:arn:aws:iam::123456789012:user/team/alice'] },
  { id: 'carol', kind: 'user', groups: ['operators'], links: [`oidc:${issuer}#carol-1`] },
  {
    id: 'dana',
    kind: 'user',
    groups: [],
    links: ['aws:arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Approver_0a/dana@example.com'],
  },
  {
    id: 'erin',
    kind: 'user',
    groups: [],
    links: [
      'aws:arn:aws:sts::123456789012:assumed-role/Admin/erin',
      'aws:arn:aws:iam::123456789012:role/Shared',
      'aws:arn:aws:sts::123456789012:federated-user/erin',
      'aws:arn:aws:sts::123456789012:assumed-role/Named/erin',
    ],
  },
  { id: 'bot', kind: 'service', groups: ['operators'], links: ['aws:arn:aws:iam::123456789012:role/Bot'] },
  { id: 'reports', kind: 'service', groups: [], links: ['aws:arn:aws:iam::123456789012:role/Reports'] },
]);

async function authenticate(authorizer: unknown, bind = true) {
  const { bind: tie, authenticate: prove } = createGatewayAuthenticator({
    directory,
    sessionNameRoles: ['Named'],
  });
  const request = new Request('https://api.example.com/approvals');
  if (bind) tie(request, { authorizer });
  return prove(request);
}
const iam = (userArn: string) => ({ iam: { userArn } });
const jwt = (claims: Record<string, string>) => ({ jwt: { claims } });

describe('who the gateway says it is', () => {
  it.each([
    ['an IAM user', iam('arn:aws:iam::123456789012:user/team/alice'), 'alice', 'authenticated'],
    [
      'a session that is linked itself',
      iam('arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Approver_0a/dana@example.com'),
      'dana',
      'authenticated',
    ],
    [
      'a session whose name its role proves',
      iam('arn:aws:sts::123456789012:assumed-role/Named/erin'),
      'erin',
      'authenticated',
    ],
    [
      'a session of a linked role',
      iam('arn:aws:sts::123456789012:assumed-role/Reports/x'),
      'reports',
      'authenticated',
    ],
    ['a token', jwt({ iss: issuer, sub: 'carol-1' }), 'carol', 'authenticated'],
    ['a token with a second factor', jwt({ iss: issuer, sub: 'carol-1', amr: '[pwd mfa]' }), 'carol', 'mfa'],
    [
      'a token that only looks so',
      jwt({ iss: issuer, sub: 'carol-1', amr: '[nomfa]' }),
      'carol',
      'authenticated',
    ],
  ])('is, for %s, the principal of its link', async (_what, authorizer, principalId, assurance) => {
    expect(await authenticate(authorizer)).toEqual({ principalId, assurance, channel: 'api' });
  });

  it('may speak for others only as a service of the operators, and then only as a claim', async () => {
    const bot = await authenticate(iam('arn:aws:sts::123456789012:assumed-role/Bot/session-1'));
    expect(bot).toEqual({ assurance: 'asserted', channel: 'api' });
  });

  it.each([
    'assumed-role/Admin/erin',
    'assumed-role/Shared/erin',
    'assumed-role/Shared/x',
    'federated-user/erin',
  ])('is not a person by the session %s, whose name whoever began it has chosen', async (session) => {
    await expect(authenticate(iam(`arn:aws:sts::123456789012:${session}`))).rejects.toMatchObject({
      status: 403,
      code: 'unproven_session',
    });
  });

  it.each([
    ['another account', iam('arn:aws:sts::999999999999:assumed-role/Bot/session-1')],
    ['another issuer', jwt({ iss: 'https://evil.example.com', sub: 'carol-1' })],
    ['another subject', jwt({ iss: issuer, sub: 'carol-2' })],
    ['a role whose name ends like it', iam('arn:aws:sts::123456789012:assumed-role/NotBot/session-1')],
    ['a session that is called like a role', iam('arn:aws:sts::123456789012:assumed-role/Other/Bot')],
  ])('is nobody from %s', async (_what, authorizer) => {
    await expect(authenticate(authorizer)).rejects.toThrow(ForbiddenError);
  });

  it('is nobody where the gateway says nothing, too much, or something else', async () => {
    const both = {
      ...iam('arn:aws:iam::123456789012:user/team/alice'),
      ...jwt({ iss: issuer, sub: 'carol-1' }),
    };
    for (const authorizer of [
      undefined,
      null,
      {},
      both,
      { lambda: { principalId: 'alice' } },
      iam(''),
      jwt({ iss: issuer, sub: '' }),
    ])
      await expect(authenticate(authorizer)).rejects.toThrow(UnauthenticatedError);
    await expect(authenticate(iam('arn:aws:iam::123456789012:user/team/alice'), false)).rejects.toThrow(
      UnauthenticatedError,
    );
  });

  it('is never somebody by chance', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (iss, sub) => {
        await expect(authenticate(jwt({ iss, sub }))).rejects.toThrow();
        await expect(authenticate(iam(sub))).rejects.toThrow();
      }),
      { numRuns: 50 },
    );
  });
});
