import { type FieldError, InvalidInputError } from '@hitl/core';
import {
  type EnvironmentValue,
  type EnvironmentVariable,
  environmentVariables,
} from './environment-variables.ts';

export interface EnvSubset<R extends EnvironmentVariable, O extends EnvironmentVariable> {
  readonly required?: readonly R[];
  readonly optional?: readonly O[];
}

export type LoadedEnv<R extends EnvironmentVariable, O extends EnvironmentVariable> = {
  readonly [N in R]: EnvironmentValue<N>;
} & { readonly [N in O]?: EnvironmentValue<N> };

type Source = Readonly<Record<string, string | undefined>>;

/**
 * Reads the named variables, and only those, from the environment. An empty one counts as not set.
 * @throws InvalidInputError that names every variable that is missing or wrong; values are never shown.
 */
export function loadEnv<R extends EnvironmentVariable = never, O extends EnvironmentVariable = never>(
  subset: EnvSubset<R, O>,
  source: Source = process.env,
): LoadedEnv<R, O> {
  const loaded: Partial<Record<EnvironmentVariable, unknown>> = {};
  const errors: FieldError[] = [];
  const read = (name: EnvironmentVariable, isRequired: boolean) => {
    const raw = source[name];
    if (raw === undefined || raw === '') {
      if (isRequired) errors.push({ path: name, message: 'is not set' });
      return;
    }
    const parsed = environmentVariables[name].safeParse(raw);
    if (parsed.success) loaded[name] = parsed.data;
    else errors.push({ path: name, message: parsed.error.issues[0]?.message ?? 'is not valid' });
  };
  for (const name of subset.required ?? []) read(name, true);
  for (const name of subset.optional ?? []) read(name, false);
  if (errors.length > 0) {
    const list = errors.map(({ path, message }) => `${path} ${message}`).join('; ');
    throw new InvalidInputError(`Environment variables are missing or wrong: ${list}`, { errors });
  }
  return loaded as LoadedEnv<R, O>;
}

/** Variables of one family, by the rest of their name in lower case: `MCP_AUTH_TOKEN_JIRA` is `jira` of `MCP_AUTH_TOKEN_`. */
export function loadEnvFamily(prefix: string, source: Source = process.env): ReadonlyMap<string, string> {
  const family = new Map<string, string>();
  for (const [name, value] of Object.entries(source)) {
    if (!name.startsWith(prefix) || name === prefix || value === undefined || value === '') continue;
    family.set(name.slice(prefix.length).toLowerCase(), value);
  }
  return family;
}
