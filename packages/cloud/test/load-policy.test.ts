import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidInputError } from '@hitl/core';
import { loadDefaultPolicy, PolicyFileError } from '@hitl/policy';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadPolicy } from '../src/index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hitl-policy-'));
});
afterEach(async () => {
  delete process.env.POLICY_PATH;
  delete process.env.APPROVAL_TIMEOUT_SECONDS;
  await rm(folder, { recursive: true, force: true });
});

async function given(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  process.env.POLICY_PATH = path;
  return path;
}

describe('the policy of a function', () => {
  it('is the one that ships where none is configured', async () => {
    const { engine, source } = await loadPolicy();
    expect(source).toBe('default-policy.yaml');
    expect(engine.rules).toHaveLength(loadDefaultPolicy().policy.rules.length);
  });

  it('is the same from JSON and from YAML', async () => {
    const path = await given('policy.json', '{"version":1,"default":"deny","rules":[]}');
    const json = await loadPolicy();
    expect(json.source).toBe(path);
    await given('policy.yaml', 'version: 1\ndefault: deny\nrules: []\n');
    expect((await loadPolicy()).engine.digest).toBe(json.engine.digest);
  });

  it('lets a request expire when the environment says, where the policy does not', async () => {
    process.env.APPROVAL_TIMEOUT_SECONDS = '14400';
    const { engine } = await loadPolicy();
    const { requirement } = engine.decide({
      principal: { id: 'alice', kind: 'user', groups: [], assurance: 'authenticated' },
      call: { server: 'google', tool: 'create_user', arguments: {} },
      environment: 'prod',
      nowMs: 0,
    } as never);
    expect(requirement).toMatchObject({ expires_in_seconds: 14_400 });
    process.env.APPROVAL_TIMEOUT_SECONDS = '0';
    await expect(loadPolicy()).rejects.toThrow(/APPROVAL_TIMEOUT_SECONDS/);
  });

  it('that is wrong or not there stops the function by name', async () => {
    await given('policy.json', '{"version":1,"default":"allow","rules":[]}');
    await expect(loadPolicy()).rejects.toBeInstanceOf(PolicyFileError);
    process.env.POLICY_PATH = join(folder, 'nothing.json');
    await expect(loadPolicy()).rejects.toThrow(InvalidInputError);
    await expect(loadPolicy()).rejects.toThrow(/POLICY_PATH: .*nothing\.json can't be read \(ENOENT\)/);
  });
});
