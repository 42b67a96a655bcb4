import { InvalidInputError } from '@hitl/core';
import { checkJson } from './check-json.ts';
import { BodyTooLargeError } from './errors/body-too-large-error.ts';

const maxBodyBytes = 1024 * 1024;

/**
 * The request's body as JSON that the record can hold: UTF-8, well-formed text, finite numbers.
 * @throws InvalidInputError, BodyTooLargeError
 */
export async function readJson(request: Request): Promise<unknown> {
  const text = await readText(request);
  if (text.trim() === '') throw wrongBody('is empty; send one JSON document');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrongBody('is not valid JSON');
  }
  const problem = checkJson(value);
  if (problem !== undefined) throw wrongBody(problem);
  return value;
}

/**
 * A form's fields.
 * @throws InvalidInputError when one is there twice or is no well-formed text, BodyTooLargeError
 */
export async function readForm(request: Request): Promise<Record<string, string>> {
  const fields = [...new URLSearchParams(await readText(request))];
  const form = Object.fromEntries(fields);
  if (Object.keys(form).length !== fields.length) throw wrongBody('has a field twice');
  const problem = checkJson(form);
  if (problem !== undefined) throw wrongBody(problem);
  return form;
}

/** Counted while it is read: a length that a client claims is only good for refusing early. */
async function readText(request: Request): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBodyBytes)
    throw new BodyTooLargeError(maxBodyBytes);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBodyBytes) throw new BodyTooLargeError(maxBodyBytes);
    text += decode(() => decoder.decode(chunk, { stream: true }));
  }
  return text + decode(() => decoder.decode());
}

function decode(read: () => string): string {
  try {
    return read();
  } catch {
    throw wrongBody('is not UTF-8 text');
  }
}

function wrongBody(message: string): InvalidInputError {
  return new InvalidInputError(`body: ${message}`, { errors: [{ path: 'body', message }] });
}
