import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidInputError, NotFoundError } from '@hitl/core';
import { describeSecretSourceContract } from '@hitl/testing/contracts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createEnvSecretSource } from './create-env-secret-source.ts';
import { createFileSecretSource } from './create-file-secret-source.ts';
import { createFirstSecretSource } from './create-first-secret-source.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hitl-secrets-'));
  path = join(folder, 'secrets.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describeSecretSourceContract('the file of secrets', async (secrets) => {
  await writeFile(path, JSON.stringify(secrets), { mode: 0o600 });
  return { subject: createFileSecretSource({ path }) };
});
describeSecretSourceContract('the environment as a source of secrets', async (secrets) => ({
  subject: createEnvSecretSource({ ...secrets }),
}));
describeSecretSourceContract('a chain of sources', async (secrets) => ({
  subject: createFirstSecretSource([createEnvSecretSource({}), createEnvSecretSource({ ...secrets })]),
}));

describe('the file of secrets', () => {
  it('gives a rotated secret at once', async () => {
    await writeFile(path, '{"A":"old"}', { mode: 0o600 });
    const source = createFileSecretSource({ path });
    expect(await source.get('A')).toBe('old');
    await writeFile(path, '{"A":"new"}');
    expect(await source.get('A')).toBe('new');
  });

  it('refuses a file that others can read, and one that is not what it must be, without showing a value', async () => {
    await writeFile(path, '{"A":"the-value"}');
    await chmod(path, 0o644);
    const source = createFileSecretSource({ path });
    await expect(source.get('A')).rejects.toThrow(/chmod 600/);
    await writeFile(path, '{"A":["the-value"]}');
    const error: unknown = await source.get('A').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as Error).message).not.toContain('the-value');
  });
});

describe('a chain of sources', () => {
  it('goes on from an absent secret, but not from a broken source', async () => {
    const broken = createFileSecretSource({ path });
    await expect(
      createFirstSecretSource([broken, createEnvSecretSource({ A: 'x' })]).get('A'),
    ).rejects.toThrow(InvalidInputError);
    await expect(createFirstSecretSource([createEnvSecretSource({ A: '' })]).get('A')).rejects.toThrow(
      NotFoundError,
    );
  });
});
