import { describe, expect, it } from '@jest/globals';
import {
  ConflictError,
  conflictCodes,
  ForbiddenError,
  forbiddenCodes,
  HitlError,
  IntegrityError,
  InvalidInputError,
  NotFoundError,
  OutcomeUnknownError,
  RunBusyError,
  SequenceConflictError,
  UnauthenticatedError,
  UnavailableError,
} from './index.ts';

/** What callers and clients decide by. Written out: a change of any of these is a change of the contract. */
const plain = [
  [IntegrityError, 'integrity', 500, false],
  [InvalidInputError, 'invalid_input', 400, false],
  [NotFoundError, 'not_found', 404, false],
  [OutcomeUnknownError, 'outcome_unknown', 504, false],
  [RunBusyError, 'run_busy', 409, true],
  [SequenceConflictError, 'sequence_conflict', 409, true],
  [UnauthenticatedError, 'unauthenticated', 401, false],
  [UnavailableError, 'unavailable', 503, true],
] as const;

describe('errors', () => {
  it.each(plain)(
    '%p says what happened, with which status, and whether to try again',
    (Type, code, status, isRetryable) => {
      const cause = new Error('the socket closed');
      const error = new Type('it went wrong', {
        cause,
        errors: [{ path: 'query', message: 'must be text' }],
        details: { attempt: 2 },
      });
      expect(error).toBeInstanceOf(HitlError);
      expect(error).toBeInstanceOf(Error);
      expect(error).toMatchObject({
        name: Type.name,
        message: 'it went wrong',
        code,
        status,
        isRetryable,
        cause,
        errors: [{ path: 'query', message: 'must be text' }],
        details: { attempt: 2 },
      });
      expect(error.stack).toContain('errors.test');
    },
  );

  it('have no cause, no fields and no details where none are given', () => {
    const error = new NotFoundError('there is no run');
    expect(Object.hasOwn(error, 'cause')).toBe(false);
    expect([error.errors, error.details]).toEqual([[], {}]);
  });

  it('that a state causes carry the code of the state', () => {
    for (const code of conflictCodes) {
      const error = new ConflictError(code, 'no');
      expect([error.code, error.status, error.isRetryable]).toEqual([code, 409, false]);
    }
    expect(conflictCodes).toEqual([
      'conflict',
      'digest_mismatch',
      'approval_not_pending',
      'already_voted',
      'idempotency_key_reused',
      'grant_exhausted',
      'run_not_active',
      'tool_definition_changed',
      'not_resolvable',
    ]);
  });

  it('that a missing right causes carry the code of what is missing', () => {
    for (const code of forbiddenCodes) {
      const error = new ForbiddenError(code, 'no');
      expect([error.code, error.status, error.isRetryable]).toEqual([code, 403, false]);
    }
    expect(forbiddenCodes).toEqual([
      'forbidden',
      'unknown_principal',
      'unproven_session',
      'not_an_approver',
      'requester_may_not_vote',
      'editor_may_not_vote',
      'assurance_too_low',
      'denied_by_policy',
    ]);
  });
});
