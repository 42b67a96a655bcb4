import { NotFoundError, type SecretSource } from '@hitl/core';

/** Secrets among environment variables of the same name; an empty one counts as absent. */
export function createEnvSecretSource(env: Readonly<Record<string, string | undefined>>): SecretSource {
  return {
    async get(name) {
      const secret = Object.hasOwn(env, name) ? env[name] : undefined;
      if (secret === undefined || secret === '')
        throw new NotFoundError(`the environment has no secret ${name}`);
      return secret;
    },
  };
}
