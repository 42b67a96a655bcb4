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
  // Looked up by digest: no time that depends on how much of a token is right, and none that grows with the people.
  const people = new Map([...tokens.people].map(([principalId, token]) => [sha256Hex(token), principalId]));
  const operator = sha256Hex(tokens.operator);
  return async (request) => {
    const given = tokenOf(request.headers.get('authorization') ?? '');
    if (given === undefined) throw new UnauthenticatedError('send the header "Authorization: Bearer TOKEN"');
    const digest = sha256Hex(given);
    const principalId = people.get(digest);
    if (principalId !== undefined)
      return { principalId, assurance: 'authenticated', channel: channelOf(request) };
    if (digest === operator) return { assurance: 'asserted', channel: channelOf(request) };
    throw new UnauthenticatedError('this token is not one of this stack');
  };
}

/** A bearer token, or the password that a browser asked its person for. */
function tokenOf(header: string): string | undefined {
  const basic = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(header)?.[1];
  if (basic === undefined) return /^Bearer ([\x21-\x7e]+)$/i.exec(header)?.[1];
  const pair = Buffer.from(basic, 'base64').toString('utf8');
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : undefined;
}

/** The command line says that it is one; a claim that changes nothing but the word in the record. */
function channelOf(request: Request): 'api' | 'cli' {
  return request.headers.get('user-agent')?.startsWith('hitl-mcp-cli/') === true ? 'cli' : 'api';
}
