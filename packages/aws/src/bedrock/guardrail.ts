import { InvalidInputError } from '@hitl/core';
import { z } from 'zod';

/** Both patterns are the ones of Bedrock's API reference (GuardrailConfiguration). */
const guardrailSchema = z.strictObject({
  guardrailIdentifier: z
    .string()
    .max(2048)
    .regex(
      /^([a-z0-9]+|arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail\/[a-z0-9]+)$/,
      'must be a guardrail id or its ARN',
    ),
  guardrailVersion: z.string().regex(/^([1-9][0-9]{0,7}|DRAFT)$/, 'must be a number or DRAFT'),
});
export type Guardrail = z.infer<typeof guardrailSchema>;

/**
 * The guardrail that two settings name; `undefined` when both are absent.
 * @throws InvalidInputError when one is missing or malformed: running without the guardrail that somebody meant to have would
 * fail open.
 */
export function readGuardrail(id: string | undefined, version: string | undefined): Guardrail | undefined {
  if (id === undefined && version === undefined) return undefined;
  const parsed = guardrailSchema.safeParse({ guardrailIdentifier: id, guardrailVersion: version });
  if (parsed.success) return parsed.data;
  const paths = { guardrailIdentifier: 'guardrailId', guardrailVersion: 'guardrailVersion' } as const;
  const errors = parsed.error.issues.map((issue) => ({
    path: issue.path[0] === 'guardrailVersion' ? paths.guardrailVersion : paths.guardrailIdentifier,
    message: issue.code === 'invalid_type' ? 'must be given together with the other one' : issue.message,
  }));
  throw new InvalidInputError(errors.map((error) => `${error.path} ${error.message}`).join('; '), { errors });
}

interface CallOptions {
  readonly providerOptions?: Record<string, Record<string, unknown>> | undefined;
}

/**
 * Puts the guardrail into a call's provider options, over whatever the caller put there. Both spellings of the provider's name
 * get it: the provider reads `amazonBedrock` first, and a caller's own must not hide the guardrail.
 * A stream is checked before it is passed on (`sync`); Bedrock's other mode shows text first and judges it later.
 */
export function addGuardrail<T extends CallOptions>(options: T, guardrail: Guardrail, isStream: boolean): T {
  const { bedrock, amazonBedrock, ...others } = options.providerOptions ?? {};
  const merged = {
    ...bedrock,
    ...amazonBedrock,
    guardrailConfig: { ...guardrail, ...(isStream ? { streamProcessingMode: 'sync' } : {}) },
  };
  return { ...options, providerOptions: { ...others, bedrock: merged, amazonBedrock: merged } };
}
