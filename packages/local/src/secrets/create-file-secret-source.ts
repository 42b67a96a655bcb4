import { stat } from 'node:fs/promises';
import { InvalidInputError, NotFoundError, type SecretSource } from '@hitl/core';
import { z } from 'zod';
import { readCheckedFile } from '../read-checked-file.ts';

const secretsFileSchema = z.record(z.string(), z.string({ error: 'a secret must be text' }));

/**
 * Secrets in a YAML or JSON file `{NAME: text}` that only its owner can read. The file is read at every `get`, so that a rotated
 * secret is used at once.
 * `get` throws InvalidInputError when the file is missing or wrong, or when others could read it.
 */
export function createFileSecretSource({ path }: { readonly path: string }): SecretSource {
  return {
    async get(name) {
      const secrets = await readCheckedFile(path, secretsFileSchema);
      if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) {
        throw new InvalidInputError(`${path} holds secrets but others may read it: run chmod 600 ${path}`);
      }
      const secret = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
      if (secret === undefined) throw new NotFoundError(`there is no secret ${name} in ${path}`);
      return secret;
    },
  };
}
