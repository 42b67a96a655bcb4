import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hitl-ci-'));
  mkdirSync(join(folder, '.ci'));
  cpSync(join(import.meta.dirname, '../.ci/run'), join(folder, '.ci/run'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the real script with an `npm` that answers each command as told. */
function run({ aws = 'exit 3', ...answers }: { test: string; check: string; peers: string; aws?: string }) {
  writeFileSync(
    join(folder, 'npm'),
    `#!/bin/sh\ncase "$*" in\n"test") ${answers.test};;\n"run check") ${answers.check};;\n"run test:peers") ${answers.peers};;\n"run test:aws") ${aws};;\nesac\n`,
    { mode: 0o755 },
  );
  const { status, stdout } = spawnSync(join(folder, '.ci/run'), {
    encoding: 'utf8',
    env: { PATH: `${folder}:${process.env.PATH}` },
  });
  return { status, lastLine: stdout.trimEnd().split('\n').at(-1) };
}

const checked = 'echo "5 checks passed, 0 failed"';

describe('.ci/run', () => {
  it('adds up the tests of all runs in its last line', () => {
    const answers = {
      test: 'echo "100 passed, 0 failed, 2 skipped"; echo noise',
      check: checked,
      peers: 'echo "7 passed, 0 failed"',
    };
    expect(run(answers)).toEqual({ status: 0, lastLine: '107 passed, 0 failed' });
  });

  it('fails with the number of failed tests', () => {
    const answers = {
      test: 'echo "98 passed, 2 failed"; exit 1',
      check: checked,
      peers: 'echo "7 passed, 0 failed"',
    };
    expect(run(answers)).toEqual({ status: 1, lastLine: '105 passed, 2 failed' });
  });

  it('counts a step that fails without a failed test: a crash, a static check', () => {
    const answers = {
      test: 'echo boom; exit 134',
      check: 'echo "4 checks passed, 1 failed"; exit 1',
      peers: 'echo "7 passed, 0 failed"',
    };
    expect(run(answers)).toEqual({ status: 1, lastLine: '7 passed, 2 failed' });
  });

  it('counts the deployment test where its tools are, and says so where they are not', () => {
    const answers = {
      test: 'echo "3 passed, 0 failed"',
      check: checked,
      peers: 'echo "7 passed, 0 failed"',
    };
    const total = (aws: string) => run({ ...answers, aws });
    expect(total('exit 3')).toMatchObject({ status: 0, lastLine: '10 passed, 0 failed' });
    expect(total('echo "20 passed, 0 failed"')).toMatchObject({ status: 0, lastLine: '30 passed, 0 failed' });
    expect(total('echo "18 passed, 2 failed"; exit 1')).toMatchObject({
      status: 1,
      lastLine: '28 passed, 2 failed',
    });
    expect(total('exit 1')).toMatchObject({ status: 1, lastLine: '10 passed, 1 failed' });
  });
});
