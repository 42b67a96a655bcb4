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

export interface GatewayAuthenticatorOptions {
  readonly directory: Pick<Directory, 'findByLink'>;
  /** Names of roles whose trust policy fixes the session's name to who assumes them. Identity Center's roles always do. */
  readonly sessionNameRoles?: readonly string[] | undefined;
}

/**
 * Callers by their link in the directory: `aws:ARN` of an IAM user, of a session whose name AWS vouches for or, for services, of a
 * role; or `oidc:ISSUER#SUBJECT`. Headers, bodies and queries prove nothing here. Who has no link is refused.
 */
export function createGatewayAuthenticator(options: GatewayAuthenticatorOptions): GatewayAuthenticator {
  const { directory, sessionNameRoles = [] } = options;
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
      if (jwt !== undefined) {
        const link = `oidc:${jwt.claims.iss}#${jwt.claims.sub}`;
        const entry = await directory.findByLink(link);
        if (entry === undefined) throw unknown(link);
        return credentialOf(entry, hasSecondFactor(jwt.claims.amr));
      }
      return credentialOf(await findByArn(iam?.userArn ?? ''), false);
    },
  };

  async function findByArn(arn: string): Promise<DirectoryEntry> {
    const link = `aws:${arn}`;
    const session = sessionOf(arn);
    const entry = await directory.findByLink(link);
    if (session === undefined) {
      if (entry === undefined) throw unknown(link);
      // What else STS gives out (federated users) is named by whoever asked for it.
      if (!/^arn:[\w-]+:iam::/.test(arn)) throw unproven(arn);
      return entry;
    }
    const { role, roleArn } = session;
    const isNameProven = role.startsWith('AWSReservedSSO_') || sessionNameRoles.includes(role);
    if (entry !== undefined && isNameProven) return entry;
    // Whoever may assume a role is the role: that can be a service, never one person among those who may.
    const ofRole = await directory.findByLink(`aws:${roleArn}`);
    if (ofRole?.kind === 'service') return ofRole;
    if (entry === undefined && ofRole === undefined) throw unknown(`${link} or aws:${roleArn}`);
    throw unproven(arn);
  }
}

function unproven(arn: string): ForbiddenError {
  return new ForbiddenError(
    'unproven_session',
    `the name of the session ${arn} was chosen by whoever began it, so it proves nobody: link an IAM user or an Identity Center ` +
      `session, or name its role in session_name_roles once its trust policy fixes sts:RoleSessionName`,
  );
}

function unknown(links: string): ForbiddenError {
  return new ForbiddenError(
    'unknown_principal',
    `the directory knows nobody with the link ${links}: add it to who this is`,
  );
}

function credentialOf(entry: DirectoryEntry, isMfa: boolean): Credential {
  if (entry.kind === 'service' && entry.groups.includes(operators))
    return { assurance: 'asserted', channel: 'api' };
  return { principalId: entry.id, assurance: isMfa ? 'mfa' : 'authenticated', channel: 'api' };
}

/** A session's ARN does not say its role's path, so neither may a link to the role. */
function sessionOf(arn: string): { readonly role: string; readonly roleArn: string } | undefined {
  const [, partition, account, role] =
    /^(arn:[\w-]+):sts::(\d{12}):assumed-role\/([\w+=,.@-]+)\/[\w+=,.@-]+$/.exec(arn) ?? [];
  return role === undefined ? undefined : { role, roleArn: `${partition}:iam::${account}:role/${role}` };
}

/** API Gateway writes a list claim as text: `[pwd mfa]`. */
function hasSecondFactor(amr: string | undefined): boolean {
  return (amr ?? '').split(/[\s,[\]"]+/).includes('mfa');
}
