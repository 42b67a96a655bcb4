import { reportError } from '../../report-error.ts';
import type { Diagnosis } from '../diagnosis.ts';
import { CredentialsFaultError, MissingRightError } from './environment-facts.ts';

/** What a check finds; what it can't look at is a finding too, so that the others go on. */
export async function look(name: string, check: () => Promise<Diagnosis[]>): Promise<Diagnosis[]> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof CredentialsFaultError) throw error.cause;
    const { detail } = reportError(error);
    return [
      {
        name,
        state: 'failing',
        detail,
        ...(error instanceof MissingRightError ? { remedy: `it takes ${error.right}` } : {}),
      },
    ];
  }
}

/** For a check that says less without it: `undefined` where it can't be read, which a check of its own tells. */
export async function ifReadable<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof CredentialsFaultError) throw error.cause;
    return undefined;
  }
}
