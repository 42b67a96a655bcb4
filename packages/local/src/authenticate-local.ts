import { timingSafeEqual } from 'node:crypto';
import type { Authenticate } from '@hitl/api';
import { sha256Hex, UnauthenticatedError } from '@hitl/core';

/** Bearer tokens of the local stack: the operator's, and one for each person of the directory. */
export interface LocalTokens {
  readonly operator: string;
  readonly people: ReadonlyMap<string, string>;
}

/**
 * The operator's token may speak for anybody, who then is only `asserted`; a person's own token proves that person. Only its own
 * user can read either file, so who may read the data directory may act.
 */
export function createLocalAuthenticate(tokens: LocalTokens): Authenticate {
  return async (request) => {
    const header = request.headers.get('authorization');
    const given = /^Bearer ([\x21-\x7e]+)$/i.exec(header ?? '')?.[1];
    if (given === undefined) throw new UnauthenticatedError('send the header "Authorization: Bearer TOKEN"');
    for (const [principalId, token] of tokens.people) {
      if (isSame(given, token)) return { principalId, assurance: 'authenticated', channel: 'api' };
    }
    if (isSame(given, tokens.operator)) return { assurance: 'asserted', channel: channelOf(request) };
    throw new UnauthenticatedError('this token is not one of this stack');
  };
}

/** The command line says that it is one; a claim that changes nothing but the word in the record. */
function channelOf(request: Request): 'api' | 'cli' {
  return request.headers.get('user-agent')?.startsWith('hitl-mcp-cli/') === true ? 'cli' : 'api';
}

/** Compared as digests: equal length, and no time that depends on how much is right. */
function isSame(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(sha256Hex(a)), Buffer.from(sha256Hex(b)));
}
