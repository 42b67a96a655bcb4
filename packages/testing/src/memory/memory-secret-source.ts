import { NotFoundError, type SecretSource } from '@hitl/core';

export function createMemorySecretSource(secrets: Readonly<Record<string, string>> = {}): SecretSource {
  const byName = new Map(Object.entries(secrets));
  return {
    async get(name) {
      const secret = byName.get(name);
      if (secret === undefined) throw new NotFoundError(`there is no secret "${name}"`);
      return secret;
    },
  };
}
