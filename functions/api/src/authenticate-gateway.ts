import { type Directory, type DirectoryEntry, ForbiddenError, UnauthenticatedError } from '@hitl/core';
import { z } from 'zod';
import type { Authenticate, Credential } from './api-deps.ts';

/** What API Gateway says about a caller that it has let in. It stands beside the request, where no caller can write. */
const authorizedSchema = z.object({
  authorizer: z.object({
    iam: z.object({ userArn: z.string().min(1) }).optional(),
    jwt: z
      .object({
        claims: z.object({ iss: z.string().min(1), sub: z.string().min(1), amr: z.string().optional() }),
      })
      .optional(),
  }),
});

/** Services of this group may say for whom they act; who they name is `asserted`. */
const operators = 'operators';

export interface GatewayAuthenticator {
  readonly authenticate: Authenticate;
  /** Ties what the gateway says to the request that it says it of. */
  bind(request: Request, requestContext: unknown): void;
}

/**
 * Callers by their link in the directory: `aws:ARN` of an IAM user or session (for a session also `aws:` and its role's ARN), or
 * `oidc:ISSUER#SUBJECT`. Headers, bodies and queries prove nothing here. Who has no link is refused.
 */
export function createGatewayAuthenticator(directory: Pick<Directory, 'findByLink'>): GatewayAuthenticator {
  const contexts = new WeakMap<Request, unknown>();
  return {
    bind(request, requestContext) {
      contexts.set(request, requestContext);
    },
    async authenticate(request) {
      const parsed = authorizedSchema.safeParse(contexts.get(request));
      const { iam, jwt } = parsed.data?.authorizer ?? {};
      // One of the two: an authorizer that says both is none of ours.
      if ((iam === undefined) === (jwt === undefined))
        throw new UnauthenticatedError(
          'sign the request for AWS, or send the token of the identity provider',
        );
      const links =
        jwt === undefined ? awsLinks(iam?.userArn ?? '') : [`oidc:${jwt.claims.iss}#${jwt.claims.sub}`];
      for (const link of links) {
        const entry = await directory.findByLink(link);
        if (entry !== undefined) return credentialOf(entry, hasSecondFactor(jwt?.claims.amr));
      }
      throw new ForbiddenError(
        'unknown_principal',
        `the directory knows nobody with the link ${links.join(' or ')}: add it to who this is`,
      );
    },
  };
}

function credentialOf(entry: DirectoryEntry, isMfa: boolean): Credential {
  if (entry.kind === 'service' && entry.groups.includes(operators))
    return { assurance: 'asserted', channel: 'api' };
  return { principalId: entry.id, assurance: isMfa ? 'mfa' : 'authenticated', channel: 'api' };
}

/** The caller's own ARN first. A session's ARN does not say its role's path, so neither may the link. */
function awsLinks(arn: string): string[] {
  const session = /^(arn:[\w-]+):sts::(\d{12}):assumed-role\/([\w+=,.@-]+)\/[\w+=,.@-]+$/.exec(arn);
  if (session === null) return [`aws:${arn}`];
  const [, partition, account, role] = session;
  return [`aws:${arn}`, `aws:${partition}:iam::${account}:role/${role}`];
}

/** API Gateway writes a list claim as text: `[pwd mfa]`. */
function hasSecondFactor(amr: string | undefined): boolean {
  return (amr ?? '').split(/[\s,[\]"]+/).includes('mfa');
}
