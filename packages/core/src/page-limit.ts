import { InvalidInputError } from './errors/invalid-input-error.ts';

export const maximumPageLimit = 1000;

/** @throws InvalidInputError unless `limit` is a whole number from 1 to 1000. */
export function checkPageLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= maximumPageLimit) return limit;
  const message = `limit must be a whole number from 1 to ${maximumPageLimit}`;
  throw new InvalidInputError(message, { errors: [{ path: 'limit', message }] });
}
