import type { EnvironmentReader, StoredDirectory } from '@hitl/aws';
import { ForbiddenError, InvalidInputError } from '@hitl/core';
import { awsErrorOf, credentialsFault, isRightMissing } from '../../aws-access.ts';
import type { AskTokenOwner } from '../diagnosis.ts';

export type SecretName = 'slack' | 'mcp' | 'google' | 'jira' | 'notifications';

/** What the checks look at, each thing read once. */
export interface EnvironmentFacts {
  readonly environment: string;
  readonly region: string;
  readonly workerName: string;
  readonly directoryTable: string;
  secretName(name: SecretName): string;
  /** Its text; `undefined` without a value. */
  secret(name: SecretName): Promise<string | undefined>;
  /** Ids of the workspaces and organisations that the Slack app is installed in. */
  installationIds(): Promise<readonly string[]>;
  installationText(id: string): Promise<string | undefined>;
  /** Of the Slack worker; `undefined` where there is no such function. */
  variables(): Promise<Readonly<Record<string, string>> | undefined>;
  directory(): Promise<StoredDirectory | undefined>;
  /** Only where Slack itself is to be asked. */
  readonly askSlack?: AskTokenOwner | undefined;
}

/** The caller's credentials are good, but not for this. */
export class MissingRightError extends ForbiddenError {
  override readonly name = 'MissingRightError';
  readonly right: string;

  constructor(right: string, cause: unknown) {
    super('forbidden', 'could not be looked at: these AWS credentials have no right to it', { cause });
    this.right = right;
  }
}

/** Credentials that are no good make every check pointless. */
export class CredentialsFaultError extends Error {}

export function createEnvironmentFacts(options: {
  readonly environment: string;
  readonly region: string;
  readonly reader: EnvironmentReader;
  readonly askSlack?: AskTokenOwner | undefined;
}): EnvironmentFacts {
  const { environment, region, reader, askSlack } = options;
  const known = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, right: string, read: () => Promise<T>): Promise<T> => {
    const before = known.get(key) as Promise<T> | undefined;
    if (before !== undefined) return before;
    const reading = read().catch((error: unknown) => {
      const fault = credentialsFault(error);
      if (fault !== undefined) throw new CredentialsFaultError(fault.message, { cause: fault });
      throw isRightMissing(error) ? new MissingRightError(right, error) : error;
    });
    known.set(key, reading);
    return reading;
  };
  const secretName = (name: SecretName): string => `agentcore-${environment}/${name}`;
  const secretText = (name: string): Promise<string | undefined> =>
    once(
      `secret ${name}`,
      `secretsmanager:GetSecretValue on ${name}, and kms:Decrypt where the environment has a key of its own`,
      () => reader.readSecret(name),
    );
  const workerName = `${environment}_slack_worker`;
  const directoryTable = `${environment}-directory`;
  const below = `${secretName('slack')}/`;

  return {
    environment,
    region,
    workerName,
    directoryTable,
    secretName,
    secret: (name) => secretText(secretName(name)),
    installationIds: () =>
      once('installations', 'secretsmanager:ListSecrets', async () =>
        (await reader.listSecrets(below)).map((name) => name.slice(below.length)),
      ),
    installationText: (id) => secretText(`${below}${id}`),
    variables: () =>
      once(
        'variables',
        `lambda:GetFunctionConfiguration on ${workerName}, and kms:Decrypt where the environment has a key of its own`,
        () => reader.readVariables(workerName),
      ),
    directory: () =>
      once('directory', `dynamodb:GetItem on ${directoryTable}`, async () => {
        try {
          return await reader.readDirectory(directoryTable);
        } catch (error) {
          if (awsErrorOf(error) !== 'ResourceNotFoundException') throw error;
          throw new InvalidInputError(
            `there is no table ${directoryTable} in ${region}: is the environment deployed there?`,
            { cause: error },
          );
        }
      }),
    askSlack: askSlack === undefined ? undefined : askedOnce(askSlack),
  };
}

function askedOnce(ask: AskTokenOwner): AskTokenOwner {
  const answers = new Map<string, ReturnType<AskTokenOwner>>();
  return (token) => {
    const answer = answers.get(token) ?? ask(token);
    answers.set(token, answer);
    return answer;
  };
}
