import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { listDeployments } from './load-deployment.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, '.github/workflows');
const files = readdirSync(folder).filter((file) => file.endsWith('.yml'));

const stepSchema = z.looseObject({ uses: z.string().optional(), run: z.string().optional() });
const jobSchema = z.looseObject({
  uses: z.string().optional(),
  permissions: z.record(z.string(), z.enum(['read', 'write', 'none'])),
  steps: z.array(stepSchema).default([]),
});
const workflowSchema = z.looseObject({
  permissions: z.strictObject({}),
  concurrency: z.strictObject({
    group: z.string(),
    'cancel-in-progress': z.union([z.boolean(), z.string()]),
  }),
  jobs: z.record(z.string(), jobSchema),
});

const workflows = files.map((file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  const document: unknown = parse(text);
  return { file, text, document, ...workflowSchema.parse(document) };
});
const jobs = workflows.flatMap((workflow) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ where: `${workflow.file}: ${name}`, ...job })),
);
const runs = jobs.flatMap(({ where, steps }) =>
  steps.flatMap(({ run }) => (run === undefined ? [] : [{ where, run }])),
);

describe('the workflows', () => {
  it('are these', () => {
    expect(files.sort()).toEqual(['apply.yml', 'ci.yml', 'deploy-environment.yml', 'plan.yml']);
  });

  it('name every action by its commit, with the version beside it', () => {
    for (const { file, text } of workflows) {
      for (const [, line = ''] of text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)) {
        if (line.startsWith('./')) {
          expect([file, line, existsSync(join(root, line))]).toEqual([file, line, true]);
        } else {
          expect([file, line]).toEqual([
            file,
            expect.stringMatching(/^[\w-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/),
          ]);
        }
      }
    }
  });

  it('give each job the least: reading the code, and a token for AWS where one is needed', () => {
    for (const { where, permissions, uses, steps } of jobs) {
      const deploys =
        steps.some((step) => step.uses?.startsWith('aws-actions/')) || uses?.includes('deploy-');
      expect([where, permissions]).toEqual([
        where,
        deploys ? { contents: 'read', 'id-token': 'write' } : { contents: 'read' },
      ]);
    }
  });

  it('never put an expression into a script, where it could be code of somebody else', () => {
    for (const { where, run } of runs)
      expect([where, run]).not.toEqual([where, expect.stringContaining('${{')]);
  });

  it('keep no key in the checkout, and hold no long-lived one', () => {
    for (const { steps } of jobs) {
      for (const step of steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))) {
        expect(step.with).toMatchObject({ 'persist-credentials': false });
      }
    }
    for (const { text } of workflows) expect(text).not.toMatch(/\bsecrets\.|aws-access-key-id/);
  });

  it('call scripts that there are', () => {
    const { scripts } = z
      .looseObject({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
    const suites = z
      .looseObject({ strategy: z.looseObject({ matrix: z.looseObject({ suite: z.array(z.string()) }) }) })
      .parse(workflows.find(({ file }) => file === 'ci.yml')?.jobs.test).strategy.matrix.suite;
    const called = runs.flatMap(({ run }) => [...run.matchAll(/npm run ([\w:]+)/g)].map((match) => match[1]));
    expect(called.length).toBeGreaterThan(0);
    for (const name of [...called, ...suites]) expect(Object.keys(scripts)).toContain(name);
    for (const { run } of runs) {
      for (const [path] of run.matchAll(/\bscripts\/[\w.-]+/g))
        expect(existsSync(join(root, path))).toBe(true);
    }
  });

  it('check the shell scripts on every change', () => {
    const checked = runs.filter(({ where }) => where === 'ci.yml: check').map(({ run }) => run);
    expect(checked).toContain('shellcheck scripts/deploy.sh .ci/run');
  });

  it('plan and apply environments that there are, in the order in which a change moves on', () => {
    const apply = workflows.find(({ file }) => file === 'apply.yml');
    const order = Object.entries(apply?.jobs ?? {}).map(([name, job]) => [name, job.needs]);
    expect(order).toEqual([
      ['ci', undefined],
      ['dev', 'ci'],
      ['staging', 'dev'],
      ['prod', 'staging'],
    ]);
    for (const name of ['dev', 'staging', 'prod']) expect(listDeployments()).toContain(name);
  });

  it('let no pull request of a fork near an account', () => {
    const plan = workflows.find(({ file }) => file === 'plan.yml')?.jobs.plan;
    expect(plan?.if).toContain('github.event.pull_request.head.repo.full_name == github.repository');
    for (const { text } of workflows) expect(text).not.toContain('pull_request_target');
  });
});
