import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hitl-rules-'));
  write('packages/core/src/index.ts', 'export const core: number = 1;');
  write('packages/policy/src/index.ts', 'export const policy: number = 1;');
  write('packages/local/src/index.ts', 'export const local: number = 1;');
  write(
    'node_modules/@aws-sdk/client-dynamodb/package.json',
    '{"name":"@aws-sdk/client-dynamodb","main":"index.js"}',
  );
  write('node_modules/@aws-sdk/client-dynamodb/index.js', 'module.exports = {};');
  for (const name of ['core', 'policy', 'local']) {
    write(
      `node_modules/@hitl/${name}/package.json`,
      JSON.stringify({ name: `@hitl/${name}`, main: `../../../packages/${name}/src/index.ts` }),
    );
  }
  write(
    'package.json',
    '{"dependencies":{"@aws-sdk/client-dynamodb":"1","@hitl/core":"1","@hitl/policy":"1","@hitl/local":"1"}}',
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function cruise() {
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
      '--config',
      join(root, '.dependency-cruiser.cjs'),
      'packages',
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  return { status, broken: [...stdout.matchAll(/error ([\w-]+):/g)].map(([, rule]) => rule) };
}

describe('the dependency rules', () => {
  it('accept imports of a lower ring', () => {
    write(
      'packages/policy/src/decide.ts',
      "import type { core } from '@hitl/core';\nexport type C = typeof core;",
    );
    expect(cruise()).toEqual({ status: 0, broken: [] });
  });

  it('refuse an import of a higher ring, even of a type only', () => {
    write(
      'packages/core/src/wrong.ts',
      "import type { local } from '@hitl/local';\nexport type L = typeof local;",
    );
    const { status, broken } = cruise();
    expect(status).not.toBe(0);
    expect(broken).toContain('ring-0-core');
  });

  it('refuse an import of a sibling', () => {
    write('packages/approvals/src/wrong.ts', "import { policy } from '@hitl/policy';\nexport { policy };");
    expect(cruise().broken).toContain('ring-1-approvals');
  });

  it('refuse a vendor SDK outside its home, and accept it at home and in tests', () => {
    const line = "import * as sdk from '@aws-sdk/client-dynamodb';\nexport { sdk };";
    write('packages/aws/src/right.ts', line);
    write('packages/policy/src/right.test.ts', line);
    expect(cruise().broken).toEqual([]);
    write('packages/policy/src/wrong.ts', line);
    expect(cruise().broken).toEqual(['vendor-aws-sdk']);
  });

  it('refuse files, sockets and processes in the packages that decide', () => {
    write(
      'packages/policy/src/wrong.ts',
      "import { readFileSync } from 'node:fs';\nexport { readFileSync };",
    );
    expect(cruise().broken).toEqual(['pure-packages-touch-nothing']);
  });

  it('refuse a path into another package and a cycle', () => {
    write(
      'packages/policy/src/wrong.ts',
      "import { core } from '../../core/src/index.ts';\nexport { core };",
    );
    expect(cruise().broken).toContain('no-reach-into-another-package');
    write('packages/policy/src/a.ts', "import { b } from './b.ts';\nexport const a: number = b;");
    write('packages/policy/src/b.ts', "import { a } from './a.ts';\nexport const b: number = a;");
    expect(cruise().broken).toContain('no-circular');
  });

  it('see imports in a file with `using` declarations', () => {
    write(
      'packages/core/src/wrong.ts',
      "import { local } from '@hitl/local';\nexport function f() { using x = { [Symbol.dispose]() {} }; return [x, local]; }",
    );
    expect(cruise().broken).toContain('ring-0-core');
  });
});
