import { InvalidInputError, type SecretSource } from '@hitl/core';

/**
 * One member of a secret that is a JSON object of texts.
 * @throws InvalidInputError that names the secret and the member where it is not there yet; NotFoundError without the secret.
 */
export async function readSecretField(secrets: SecretSource, name: string, field: string): Promise<string> {
  const value = (await readSecretFields(secrets, name))[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new InvalidInputError(`the secret ${name} has no "${field}" yet: store it, then try again`);
}

/** All members of such a secret. @throws InvalidInputError when its text is no JSON object; the text is never shown. */
export async function readSecretFields(
  secrets: SecretSource,
  name: string,
): Promise<Readonly<Record<string, unknown>>> {
  const text = await secrets.get(name);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // The parser's message would show the text.
  }
  throw new InvalidInputError(`the secret ${name} is not a JSON object`);
}
