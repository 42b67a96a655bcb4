import type { StoredDirectory } from '@hitl/aws';
import { type DirectoryDocument, InvalidInputError, UnavailableError } from '@hitl/core';
import { InvalidArgumentError } from 'commander';
import { credentialsFault, regionOf } from '../aws-access.ts';

export interface DirectoryTableOptions {
  readonly environment: string;
  readonly table?: string;
  readonly region?: string;
}

export interface DirectoryTable {
  readonly tableName: string;
  readonly region: string;
  read(): Promise<StoredDirectory | undefined>;
  /** Returns the new version. @throws ConflictError when what is stored is not `previous` any more. */
  push(document: DirectoryDocument, previous: StoredDirectory | undefined): Promise<number>;
}

/** As environments are named in the deployment. */
export function environmentName(value: string): string {
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(value))
    throw new InvalidArgumentError(
      'It must be an environment such as dev: lower-case letters, digits and -.',
    );
  return value;
}

export function tableName(value: string): string {
  if (!/^[A-Za-z0-9_.-]{3,255}$/.test(value))
    throw new InvalidArgumentError('It must be the name of a DynamoDB table.');
  return value;
}

export function regionName(value: string): string {
  if (!/^[a-z]{2,}(-[a-z]+)+-\d$/.test(value))
    throw new InvalidArgumentError('It must be an AWS region such as eu-central-1.');
  return value;
}

/**
 * Runs `work` on the environment's directory table, with the caller's own AWS credentials.
 * @throws InvalidInputError when no region is known or there is no such table.
 */
export async function withDirectoryTable<T>(
  options: DirectoryTableOptions,
  env: NodeJS.ProcessEnv,
  work: (table: DirectoryTable) => Promise<T>,
): Promise<T> {
  const region = regionOf(options, env);
  const table = options.table ?? `${options.environment}-directory`;
  const aws = await import('@hitl/aws');
  const client = aws.createDynamoClient({ region });
  const place = { client, tableName: table };
  try {
    return await work({
      tableName: table,
      region,
      read: () => aws.readDirectory(place),
      push: (document, previous) => aws.pushDirectory(place, document, previous),
    });
  } catch (error) {
    throw explained(error, table, region);
  } finally {
    client.destroy();
  }
}

/** What a person can put right, said by what it is. */
function explained(error: unknown, table: string, region: string): unknown {
  if (!(error instanceof UnavailableError) || !(error.cause instanceof Error)) return error;
  switch (error.cause.name) {
    case 'ResourceNotFoundException':
      return new InvalidInputError(
        `there is no table ${table} in ${region}: is the environment deployed there? --table and --region name another`,
        { cause: error },
      );
    case 'AccessDeniedException':
      return new InvalidInputError(
        `these AWS credentials have no right to the table ${table}: "show" needs dynamodb:GetItem, "push" dynamodb:PutItem too`,
        { cause: error },
      );
    default:
      return credentialsFault(error) ?? error;
  }
}
