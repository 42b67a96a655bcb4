import { randomUUID } from 'node:crypto';
import { ConflictError, NotFoundError } from '@hitl/core';
import { callService } from '../call-service.ts';
import { tagList } from '../cost-tags.ts';
import type { LightAnswer, LightClient } from './create-light-client.ts';
import { LightServiceError } from './light-service-error.ts';

export interface LightSecretStore {
  /** The newest value. @throws NotFoundError when there is none, or it is being deleted */
  get(name: string): Promise<string>;
  /** Writes a new version, and makes the secret where there is none. @throws ConflictError while one is being deleted */
  put(name: string, value: string): Promise<void>;
  /** At once and for good; a secret that is not there is no error. */
  delete(name: string): Promise<void>;
}

const gone = ['ResourceNotFoundException', 'InvalidRequestException'];

/** `createSecretsManagerStore` without the SDK. Nothing is cached, and no value gets into an error. */
export function createLightSecretStore(
  client: LightClient,
  /** `tags`: of every secret that is made. */
  { tags }: { readonly tags?: Readonly<Record<string, string>> } = {},
): LightSecretStore {
  /** `undefined` for the errors that are an answer. */
  async function call(
    what: string,
    operation: string,
    input: object,
    answers: readonly string[],
  ): Promise<LightAnswer['output'] | undefined> {
    return callService<LightAnswer['output'] | undefined>(
      what,
      async () => {
        const target = `secretsmanager.${operation}`;
        return (await client({ service: 'secretsmanager', target, protocol: '1.1', input })).output;
      },
      (error) =>
        error instanceof LightServiceError && answers.includes(error.type) ? { value: undefined } : undefined,
    );
  }

  // The token makes a repetition of the same request the same request.
  const version = (value: string) => ({ SecretString: value, ClientRequestToken: randomUUID() });

  async function overwrite(name: string, value: string): Promise<boolean> {
    const input = { SecretId: name, ...version(value) };
    return (await call('writing a secret', 'PutSecretValue', input, gone)) !== undefined;
  }

  return {
    async get(name) {
      const output = await call('reading a secret', 'GetSecretValue', { SecretId: name }, gone);
      const value = output?.SecretString;
      if (typeof value !== 'string') throw new NotFoundError(`there is no secret "${name}"`);
      return value;
    },
    async put(name, value) {
      if (await overwrite(name, value)) return;
      const made = { Name: name, ...version(value), ...(tags === undefined ? {} : { Tags: tagList(tags) }) };
      const created = await call('creating a secret', 'CreateSecret', made, [
        'ResourceExistsException',
        'InvalidRequestException',
      ]);
      if (created !== undefined || (await overwrite(name, value))) return;
      throw new ConflictError('conflict', `the secret "${name}" is being deleted: try again later`);
    },
    async delete(name) {
      const input = { SecretId: name, ForceDeleteWithoutRecovery: true };
      await call('deleting a secret', 'DeleteSecret', input, gone);
    },
  };
}
