import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInputError } from '@hitl/core';
import { createFileDirectory, sampleDirectoryPath } from '@hitl/local';
import { checkPolicy, compilePolicy, defaultPolicyPath, parsePolicy } from '@hitl/policy';
import { readText } from '../read-text.ts';
import type { Check, DiagnoseOptions } from './diagnosis.ts';

export const checkNode: Check = async () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isRight = major > 22 || (major === 22 && minor >= 18);
  return [
    {
      name: 'node',
      state: isRight ? 'ok' : 'failing',
      detail: process.versions.node,
      ...(isRight ? {} : { remedy: 'start through npm or npx: they bring the right version' }),
    },
  ];
};

export const checkData: Check = async ({ dataDir }) => {
  const found = await stat(dataDir).catch(() => undefined);
  if (found === undefined)
    return [
      { name: 'data', state: 'ok', detail: `${dataDir}, made by the first command that stores something` },
    ];
  if (!found.isDirectory()) throw new InvalidInputError(`DATA_DIR: ${dataDir} is not a folder`);
  await access(dataDir, constants.W_OK).catch((cause: unknown) => {
    throw new InvalidInputError(`DATA_DIR: ${dataDir} can't be written by this user`, { cause });
  });
  const isPrivate = process.platform === 'win32' || (found.mode & 0o077) === 0;
  return [
    {
      name: 'data',
      state: isPrivate ? 'ok' : 'note',
      detail: isPrivate
        ? dataDir
        : `${dataDir} can be listed by other users (the tokens in it can't be read)`,
      ...(isPrivate ? {} : { remedy: `chmod 700 ${dataDir}` }),
    },
  ];
};

export const checkPolicyFile: Check = async (options) => {
  const path = options.env.POLICY_PATH || defaultPolicyPath;
  const document = parsePolicy(await readText(path), path);
  const people = await openDirectory(options).then((directory) => directory.list());
  const findings = checkPolicy(document, {
    groups: [...new Set(people.flatMap((entry) => entry.groups))],
    principals: people.map((entry) => entry.id),
  });
  const count = compilePolicy(document).rules.length;
  const rules = `${path}, ${count} ${count === 1 ? 'rule' : 'rules'}`;
  if (findings.length === 0) return [{ name: 'policy', state: 'ok', detail: rules }];
  return [
    { name: 'policy', state: 'ok', detail: rules },
    ...findings.map((finding) => ({
      name: 'policy',
      state: 'note' as const,
      detail: `line ${finding.line}: ${finding.kind}: ${finding.message}`,
    })),
  ];
};

export const checkDirectory: Check = async (options) => {
  const people = await (await openDirectory(options)).list();
  return [{ name: 'people', state: 'ok', detail: `${people.length} in ${await directoryPath(options)}` }];
};

export const checkModel: Check = async ({ env }) => {
  const { MODEL_ID: id, MODEL_BASE_URL: url, AWS_REGION: region } = env;
  if (!id && !url)
    return [
      {
        name: 'model',
        state: 'note',
        detail: 'none is configured: the offline planner answers, which understands plain requests only',
        remedy:
          'MODEL_ID with AWS_REGION and credentials for Amazon Bedrock, or with MODEL_BASE_URL for a model server',
      },
    ];
  if (!id)
    return [
      {
        name: 'model',
        state: 'failing',
        detail: 'MODEL_BASE_URL is set without MODEL_ID',
        remedy: 'set MODEL_ID',
      },
    ];
  if (!url && !region)
    return [
      {
        name: 'model',
        state: 'failing',
        detail: `MODEL_ID is ${id}, but AWS_REGION is not set`,
        remedy: 'set AWS_REGION, or MODEL_BASE_URL',
      },
    ];
  return [
    {
      name: 'model',
      state: 'ok',
      detail: `${id} ${url ? `at ${url}` : `on Amazon Bedrock in ${region}`} (not called)`,
    },
  ];
};

/** The file that the stack would read: the sample stands in for the copy that the first start makes of it. */
export async function directoryPath({ env, dataDir }: DiagnoseOptions): Promise<string> {
  if (env.DIRECTORY_PATH) return env.DIRECTORY_PATH;
  const own = join(dataDir, 'directory.yaml');
  return (await stat(own).catch(() => undefined)) === undefined ? sampleDirectoryPath : own;
}

async function openDirectory(options: DiagnoseOptions) {
  return createFileDirectory({ path: await directoryPath(options) });
}
