import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { NotFoundError, UnavailableError } from '@hitl/core';
import { callService } from '../call-service.ts';
import { createDynamoClient } from '../dynamodb/create-dynamo-client.ts';
import { readDirectory, type StoredDirectory } from '../dynamodb/directory-document-store.ts';
import { createSecretsManagerClient } from '../secrets-manager/create-secrets-manager-client.ts';
import { createSecretsManagerStore } from '../secrets-manager/create-secrets-manager-store.ts';
import { clientConfiguration, type ServiceClientOptions } from '../service-client-options.ts';

/** What is set up in a deployed environment, read only. @throws UnavailableError, whose cause is AWS's own error */
export interface EnvironmentReader {
  /** `undefined` where there is no such secret, or it has no value yet. */
  readSecret(name: string): Promise<string | undefined>;
  /** Names of secrets, without their values. */
  listSecrets(prefix: string): Promise<readonly string[]>;
  /** Of the version that is in use; `undefined` where there is no such function. */
  readVariables(functionName: string): Promise<Readonly<Record<string, string>> | undefined>;
  readDirectory(tableName: string): Promise<StoredDirectory | undefined>;
  close(): void;
}

/** What the functions' callers call. */
const aliasInUse = 'live';

/** Reads with the caller's own AWS credentials. */
export function createEnvironmentReader(options: ServiceClientOptions): EnvironmentReader {
  const secretsManager = createSecretsManagerClient(options);
  const secrets = createSecretsManagerStore({ client: secretsManager });
  const lambda = new LambdaClient(clientConfiguration(options));
  const dynamo = createDynamoClient(options);

  return {
    async readSecret(name) {
      try {
        return await secrets.get(name);
      } catch (error) {
        if (error instanceof NotFoundError) return undefined;
        throw error;
      }
    },

    async listSecrets(prefix) {
      const names: string[] = [];
      for (let next: string | undefined; ; ) {
        const page = await callService('listing the secrets', () =>
          secretsManager.send(
            new ListSecretsCommand({
              Filters: [{ Key: 'name', Values: [prefix] }],
              MaxResults: 100,
              ...(next === undefined ? {} : { NextToken: next }),
            }),
          ),
        );
        names.push(...(page.SecretList ?? []).flatMap(({ Name }) => Name ?? []));
        next = page.NextToken;
        if (next === undefined) return names.sort();
      }
    },

    async readVariables(functionName) {
      const environment = await callService(
        'looking at a function',
        async () => {
          const found = await lambda.send(
            new GetFunctionConfigurationCommand({ FunctionName: functionName, Qualifier: aliasInUse }),
          );
          return found.Environment ?? {};
        },
        (error) => (error instanceof ResourceNotFoundException ? { value: undefined } : undefined),
      );
      if (environment?.Error !== undefined) {
        const cause = Object.assign(new Error('the variables can not be read'), {
          name: environment.Error.ErrorCode ?? 'unknown error',
        });
        throw new UnavailableError(`looking at a function is not possible now (${cause.name})`, { cause });
      }
      return environment === undefined ? undefined : (environment.Variables ?? {});
    },

    readDirectory: (tableName) => readDirectory({ client: dynamo, tableName }),

    close() {
      for (const client of [secretsManager, lambda, dynamo]) client.destroy();
    },
  };
}
