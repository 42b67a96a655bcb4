import { InvalidInputError, NotFoundError, type SecretSource } from '@hitl/core';
import { z } from 'zod';
import { checkHttpCaller, refuse } from './check-http-caller.ts';
import { createHttpHandler, type HttpHandlerOptions } from './create-http-handler.ts';
import type { McpServerSpec } from './server-tool.ts';

export interface SecretHttpHandlerOptions
  extends Omit<HttpHandlerOptions, 'authToken' | 'previousAuthToken'> {
  /** Asked at every request; keeps what it read for minutes, so that a rotated secret counts without a deployment. */
  readonly secrets: SecretSource;
  /**
   * Its JSON: `{"auth_token", "previous_auth_token"?}`, or the same members with `_ALIAS` for this server alone, which count more.
   * What else is in it belongs to other servers.
   */
  readonly tokenSecretName: string;
  /** What the callers of this server call it, e.g. `google`. */
  readonly alias: string;
  /** Its JSON is what `createSpec` gets. */
  readonly credentialsSecretName: string;
  /** Called anew when the secret has another text. @throws InvalidInputError naming the member, never a value */
  readonly createSpec: (credentials: unknown) => McpServerSpec;
  /** Told why a request was answered 503. */
  readonly onFault: (error: unknown) => void;
}

const tokenText = z
  .string({ error: 'must be set' })
  .regex(/^[\x21-\x7e]{16,512}$/, 'must be one word of at least 16 characters');

/**
 * `createHttpHandler` for a server whose bearer token and credentials stand in secrets that somebody fills in later. While either
 * is missing or unusable every request is answered 503, which also says that nothing was done: there is no open server.
 */
export function createSecretHttpHandler(
  options: SecretHttpHandlerOptions,
): (request: Request) => Promise<Response> {
  const { secrets, tokenSecretName, credentialsSecretName, createSpec, onFault } = options;
  let ready: { key: string; handle: (request: Request) => Promise<Response> } | undefined;
  let built: { text: string; spec: McpServerSpec } | undefined;

  return async (request) => {
    let rules: ServerTokens;
    try {
      rules = readTokenSecret(tokenSecretName, await readSecret(secrets, tokenSecretName), options.alias);
    } catch (error) {
      onFault(error);
      // Anybody may hear this: it names nothing.
      return refuse(503, 'this server has no bearer token yet, so it serves nobody');
    }
    const refusal = checkHttpCaller(request, { ...options, ...rules });
    if (refusal !== undefined) return refusal;

    try {
      const text = await readSecret(secrets, credentialsSecretName);
      if (built?.text !== text) {
        built = { text, spec: createSpec(parseSecret(credentialsSecretName, z.unknown(), text)) };
      }
    } catch (error) {
      onFault(error);
      return refuse(503, `this server has no usable credentials: ${reasonOf(error, credentialsSecretName)}`);
    }
    const key = JSON.stringify([rules, built.text]);
    if (ready?.key !== key) ready = { key, handle: createHttpHandler(built.spec, { ...options, ...rules }) };
    return ready.handle(request);
  };
}

export interface ServerTokens {
  readonly authToken: string;
  readonly previousAuthToken?: string;
}

/** What the server with that alias takes of the secret's text. @throws InvalidInputError naming the member, never a value */
export function readTokenSecret(name: string, text: string, alias: string): ServerTokens {
  const all = parseSecret(name, z.record(z.string(), z.unknown()), text);
  const own = all[`auth_token_${alias}`] === undefined ? '' : `_${alias}`;
  const members = {
    [`auth_token${own}`]: tokenText,
    [`previous_auth_token${own}`]: tokenText.optional(),
  };
  const tokens = parseSecret(name, z.looseObject(members), text);
  const previous = tokens[`previous_auth_token${own}`];
  return {
    authToken: String(tokens[`auth_token${own}`]),
    ...(typeof previous === 'string' ? { previousAuthToken: previous } : {}),
  };
}

async function readSecret(secrets: SecretSource, name: string): Promise<string> {
  try {
    return await secrets.get(name);
  } catch (error) {
    // A secret that was made and never filled in looks like none at all.
    if (error instanceof NotFoundError)
      throw new InvalidInputError(`the secret ${name} has no value yet`, { cause: error });
    throw error;
  }
}

function parseSecret<T>(name: string, schema: z.ZodType<T>, text: string): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own message would quote the secret.
    throw new InvalidInputError(`the secret ${name} must be JSON`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const list = errors.map(({ path, message }) => `${path} ${message}`.trim()).join('; ');
  throw new InvalidInputError(`the secret ${name}: ${list}`, { errors });
}

function reasonOf(error: unknown, name: string): string {
  if (!(error instanceof InvalidInputError)) return 'they cannot be read now';
  return error.message.includes(name) ? error.message : `the secret ${name}: ${error.message}`;
}
