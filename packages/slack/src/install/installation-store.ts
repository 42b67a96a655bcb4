import { NotFoundError, type SecretSource } from '@hitl/core';
import { type Installation, installationSchema } from './installation.ts';

/** Installations by team or enterprise id. */
export interface InstallationStore {
  get(id: string): Promise<Installation | undefined>;
  put(id: string, installation: Installation): Promise<void>;
  /** Nothing where there is none. */
  delete(id: string): Promise<void>;
}

/** Where secrets can be written as well. `get` reads anew: a token that was renewed a moment ago must not be renewed again. */
export interface WritableSecrets extends SecretSource {
  put(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
}

/** One secret per installation, `PREFIX/ID`, e.g. `agentcore-dev/slack/T0123`. */
export function createSecretInstallationStore(secrets: WritableSecrets, prefix: string): InstallationStore {
  const nameOf = (id: string) => `${prefix}/${id}`;
  return {
    async get(id) {
      let text: string;
      try {
        text = await secrets.get(nameOf(id));
      } catch (error) {
        if (error instanceof NotFoundError) return undefined;
        throw error;
      }
      return installationSchema.parse(JSON.parse(text));
    },
    put: (id, installation) => secrets.put(nameOf(id), JSON.stringify(installation)),
    delete: (id) => secrets.delete(nameOf(id)),
  };
}
