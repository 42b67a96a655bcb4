import { z } from 'zod';

/**
 * How strongly a person was proven to be who they say, weakest first: a name typed on a command line is `asserted`;
 * a bearer token or signature of that very person is `authenticated`; a chat account bound to the directory is
 * `linked`; a second factor is `mfa`.
 */
export const assuranceLevels = ['asserted', 'authenticated', 'linked', 'mfa'] as const;
export const assuranceSchema = z.enum(assuranceLevels);
export type Assurance = z.infer<typeof assuranceSchema>;

/** True when `actual` is at least `demanded`. */
export function meetsAssurance(actual: Assurance, demanded: Assurance): boolean {
  return assuranceLevels.indexOf(actual) >= assuranceLevels.indexOf(demanded);
}
