import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadDefaultPolicy, parsePolicy } from '@hitl/policy';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { listDeployments } from './load-deployment.ts';
import { readPolicy } from './read-policy.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hitl-policy-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (text: string) => writeFileSync(join(folder, 'dev.policy.yaml'), text);

describe('the policy of an environment', () => {
  it('is the one that ships where the environment has none of its own', () => {
    expect(parsePolicy(readPolicy('dev', folder), 'policy.json').policy).toEqual(loadDefaultPolicy().policy);
  });

  it("is the environment's own file, as JSON that means the same", () => {
    const text = `
version: 1
default: deny # nothing that nobody thought of
categories:
  - { tools: ["google/list_*"], category: read }
rules:
  - id: office-hours
    effect: allow
    when:
      category: read
      arguments: { domain: { equals: "example.com" }, since: { prefix: "2026-01-01" } }
`;
    write(text);
    expect(parsePolicy(readPolicy('dev', folder), 'policy.json').policy).toEqual(
      parsePolicy(text, 'dev.policy.yaml').policy,
    );
    expect(JSON.parse(readPolicy('dev', folder))).toMatchObject({ default: 'deny' });
  });

  it('stops the deployment when it is wrong, and names the file and the line', () => {
    write('version: 1\ndefault: allow\nrules: []\n');
    expect(() => readPolicy('dev', folder)).toThrow(/^environments\/dev\.policy\.yaml:2:\d+: default: /);
    write('version: 1\ndefault: deny\nrules: []\ncolour: red\n');
    expect(() => readPolicy('dev', folder)).toThrow(/^environments\/dev\.policy\.yaml:4:\d+: colour: /);
  });

  it('can be deployed with every environment of this checkout, and is read the same every time', () => {
    for (const name of listDeployments()) expect(readPolicy(name)).toBe(readPolicy(name));
  });
});
