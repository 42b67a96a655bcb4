import { z } from 'zod';
import { GoogleRequestError } from './google-request-error.ts';

const thrownSchema = z.looseObject({
  code: z.union([z.string(), z.number()]).optional(),
  cause: z.unknown().optional(),
  response: z
    .looseObject({ status: z.number(), data: z.unknown().optional(), headers: z.unknown().optional() })
    .optional(),
});

const apiBodySchema = z.looseObject({
  error: z.looseObject({
    message: z.string().optional(),
    errors: z.array(z.looseObject({ reason: z.string().optional() })).optional(),
  }),
});
const oauthBodySchema = z.looseObject({ error: z.string(), error_description: z.string().optional() });

/** Failures to connect: the request certainly was not sent. */
const notSentCodes = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** Reads what Google's client threw. Nothing of the request (its headers hold the token) is kept. */
export function readRequestError(thrown: unknown): GoogleRequestError {
  if (thrown instanceof GoogleRequestError) return thrown;
  const { code, cause, response } = thrownSchema.safeParse(thrown).data ?? {};
  if (response === undefined) {
    const codes = [String(code ?? ''), ...causeCodes(cause)];
    const known = codes.find((one) => /^(E[A-Z_]+|UND_ERR_[A-Z_]+)$/.test(one));
    return new GoogleRequestError(`no answer from Google (${known ?? 'connection failed'})`, {
      isAmbiguous: !codes.some((one) => notSentCodes.has(one)),
    });
  }
  const { status, data, headers } = response;
  const facts = {
    status,
    retryAfterMs: readRetryAfter(headers),
    answeredAt: readDate(headers),
    isAmbiguous: status >= 500,
  };
  const oauth = oauthBodySchema.safeParse(data).data;
  if (oauth !== undefined) {
    const text = [oauth.error, oauth.error_description].filter((part) => part !== undefined).join(': ');
    // Nothing but the token was asked for.
    return new GoogleRequestError(text, { ...facts, reason: oauth.error, isOAuth: true, isAmbiguous: false });
  }
  const error = apiBodySchema.safeParse(data).data?.error;
  return new GoogleRequestError(error?.message ?? `HTTP ${status}`, {
    ...facts,
    reason: error?.errors?.[0]?.reason,
  });
}

function causeCodes(cause: unknown): string[] {
  const codes: string[] = [];
  let at = cause;
  for (let depth = 0; depth < 5 && at !== null && typeof at === 'object'; depth += 1) {
    const { code, cause: next } = at as { code?: unknown; cause?: unknown };
    if (typeof code === 'string') codes.push(code);
    at = next;
  }
  return codes;
}

function readRetryAfter(headers: unknown): number | undefined {
  const value = headers instanceof Headers ? headers.get('retry-after') : undefined;
  const seconds = Number(value ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

function readDate(headers: unknown): number | undefined {
  const time = Date.parse((headers instanceof Headers ? headers.get('date') : undefined) ?? '');
  return Number.isNaN(time) ? undefined : time;
}
