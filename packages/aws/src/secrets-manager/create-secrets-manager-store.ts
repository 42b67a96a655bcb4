import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  InvalidRequestException,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { ConflictError, NotFoundError } from '@hitl/core';
import { callService } from '../call-service.ts';
import { tagList } from '../cost-tags.ts';

/** Secrets that the system itself writes: installations of the Slack app, initial passwords. Nothing is cached. */
export interface SecretStore {
  /** The newest value. @throws NotFoundError when there is none, or it is being deleted */
  get(name: string): Promise<string>;
  /** Never overwrites. @throws ConflictError when there is one, or one is being deleted */
  create(name: string, value: string): Promise<void>;
  /** Writes a new version, and makes the secret where there is none. The earlier value is gone for readers once this resolves. */
  put(name: string, value: string): Promise<void>;
  /** At once and for good; a secret that is not there is no error. */
  delete(name: string): Promise<void>;
}

/** @throws UnavailableError from every method when Secrets Manager can't be asked or refuses; no value is in its text */
export function createSecretsManagerStore(options: {
  readonly client: SecretsManagerClient;
  /** Of every secret that is made. It takes a right of its own to give one, so whoever makes none needs none. */
  readonly tags?: Readonly<Record<string, string>>;
}): SecretStore {
  const { client, tags } = options;
  const isGone = (error: unknown) =>
    error instanceof ResourceNotFoundException || error instanceof InvalidRequestException;

  async function create(name: string, value: string): Promise<boolean> {
    return callService(
      'creating a secret',
      async () => {
        // The token makes the SDK's own repetition of this request the same request.
        await client.send(
          new CreateSecretCommand({
            Name: name,
            SecretString: value,
            ClientRequestToken: randomUUID(),
            ...(tags === undefined ? {} : { Tags: tagList(tags) }),
          }),
        );
        return true;
      },
      (error) =>
        error instanceof ResourceExistsException || error instanceof InvalidRequestException
          ? { value: false }
          : undefined,
    );
  }

  async function overwrite(name: string, value: string): Promise<boolean> {
    return callService(
      'writing a secret',
      async () => {
        await client.send(
          new PutSecretValueCommand({
            SecretId: name,
            SecretString: value,
            ClientRequestToken: randomUUID(),
          }),
        );
        return true;
      },
      (error) => (isGone(error) ? { value: false } : undefined),
    );
  }

  return {
    async get(name) {
      const value = await callService(
        'reading a secret',
        async () => (await client.send(new GetSecretValueCommand({ SecretId: name }))).SecretString,
        (error) => (isGone(error) ? { value: undefined } : undefined),
      );
      if (value === undefined) throw new NotFoundError(`there is no secret "${name}"`);
      return value;
    },
    async create(name, value) {
      if (!(await create(name, value)))
        throw new ConflictError('conflict', `there is a secret "${name}" already`);
    },
    async put(name, value) {
      if (await overwrite(name, value)) return;
      if (await create(name, value)) return;
      // Somebody else made it in between, or it is being deleted.
      if (!(await overwrite(name, value)))
        throw new ConflictError('conflict', `the secret "${name}" is being deleted: try again later`);
    },
    async delete(name) {
      await callService(
        'deleting a secret',
        async () => {
          await client.send(new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true }));
        },
        (error) => (isGone(error) ? { value: undefined } : undefined),
      );
    },
  };
}
