import {
  type HitlError,
  InvalidInputError,
  pendingApproval,
  refusalsStream,
  UnavailableError,
} from '@hitl/core';
import { createMemoryAuditLog } from '@hitl/testing';
import { describe, expect, it } from '@jest/globals';
import {
  acceptTool,
  cancelRun,
  createGrant,
  createRun,
  editApproval,
  evaluatePolicy,
  recordRefusal,
  resolveExecution,
  revokeGrant,
} from '../src/index.ts';
import { as, World } from './world.ts';

const answers = [{ calls: [['dir__suspend', { user: 'jane' }]] }, { text: 'Done.' }] as const;
const refusalsOf = (world: World) => world.deps.log.read(refusalsStream);
const refused = (promise: Promise<unknown>) =>
  promise.then(
    () => 'accepted',
    (error: HitlError) => error.code,
  );

describe('a refusal that belongs to no run', () => {
  it('is on the record for whoever is not entitled to edit, grant, revoke, accept, resolve or cancel', async () => {
    const world = new World({ answers });
    const run = await world.ask('suspend jane');
    const { approval_id, digest } = pendingApproval(run) ?? { approval_id: '', digest: '' };
    const grant = {
      grantee_id: 'alice',
      server: 'dir',
      tool: 'suspend',
      arguments: { user: 'jane' },
      max_uses: 1,
      expires_in_seconds: 60,
      reason: 'x',
    };
    const stranger = as('stranger');
    const codes = [
      await refused(editApproval(world.deps, stranger, { approval_id, digest, arguments: { user: 'john' } })),
      await refused(createGrant(world.deps, stranger, grant)),
      await refused(revokeGrant(world.deps, stranger, 'grt_1')),
      await refused(acceptTool(world.deps, stranger, 'dir/grant')),
      await refused(
        resolveExecution(world.deps, stranger, {
          run_id: run.run_id,
          call_id: 'c',
          outcome: 'failed',
          note: 'x',
        }),
      ),
      await refused(cancelRun(world.deps, stranger, run.run_id)),
      await refused(cancelRun(world.deps, as('mallory'), run.run_id)),
    ];
    expect(codes).toEqual([...Array.from({ length: 6 }, () => 'unknown_principal'), 'forbidden']);
    const entries = await refusalsOf(world);
    expect(entries.map(({ data }) => data.code)).toEqual(codes);
    expect(entries[0]).toMatchObject({
      sequence: 1,
      type: 'request-refused',
      actor: 'stranger',
      data: { principal_id: 'stranger', channel: 'api', detail: 'the directory does not know stranger' },
    });
  });

  it('is written once, not in a run’s stream as well', async () => {
    const world = new World({ answers });
    const run = await world.ask('suspend jane');
    const { approval_id, digest } = pendingApproval(run) ?? { approval_id: '', digest: '' };
    expect(
      await refused(
        editApproval(world.deps, as('mallory'), { approval_id, digest, arguments: { user: 'john' } }),
      ),
    ).not.toBe('accepted');
    expect(await refused(world.vote('stranger', run))).toBe('unknown_principal');
    const inRun = (await world.eventTypes(run)).filter((type) => type.endsWith('-refused'));
    expect(inRun).toEqual(['edit-refused', 'vote-refused']);
    expect(await refusalsOf(world)).toEqual([]);
  });

  it('is not written for what is merely wrong, missing or too late', async () => {
    const world = new World({ answers });
    const run = await world.ask('suspend jane');
    await refused(editApproval(world.deps, as('carol'), { approval_id: 'apr_x', digest: '', arguments: {} }));
    await refused(revokeGrant(world.deps, as('carol'), 'grt_nobody'));
    await refused(acceptTool(world.deps, as('carol'), 'dir/nothing'));
    await cancelRun(world.deps, as('alice'), run.run_id);
    await world.settle(run.run_id);
    expect(await refused(cancelRun(world.deps, as('alice'), run.run_id))).toBe('run_not_active');
    expect(await refusalsOf(world)).toEqual([]);
  });

  it('loses none of those that come at once', async () => {
    const world = new World({ answers });
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => refused(acceptTool(world.deps, as(`stranger-${i}`), 'dir/grant'))),
    );
    const entries = await refusalsOf(world);
    expect(entries.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(new Set(entries.map(({ actor }) => actor)).size).toBe(20);
  });

  it('stays a refusal when it can not be recorded', async () => {
    const log = createMemoryAuditLog();
    const world = new World({
      answers,
      log: { ...log, append: () => Promise.reject(new UnavailableError('down')) },
    });
    expect(await refused(acceptTool(world.deps, as('stranger'), 'dir/grant'))).toBe('unknown_principal');
    const refusal = new InvalidInputError('x');
    await expect(recordRefusal(world.deps, as('stranger'), refusal)).resolves.toBeUndefined();
  });
});

describe('a request that can not be recorded', () => {
  it.each([
    ['blank', ' \n\t '],
    ['half a surrogate pair', 'suspend \ud800'],
  ])('is refused and leaves nothing behind: %s', async (_what, query) => {
    const world = new World({ answers });
    await expect(createRun(world.deps, as('alice'), { query })).rejects.toBeInstanceOf(InvalidInputError);
    expect((await world.deps.runs.list({ limit: 10 })).items).toEqual([]);
  });
});

describe('requests that race', () => {
  it('with one key are one run, and every one of them gets it', async () => {
    const world = new World({ answers });
    const asked = await Promise.all(
      Array.from({ length: 10 }, () =>
        createRun(world.deps, as('alice'), { query: 'suspend jane', idempotency_key: 'k' }),
      ),
    );
    expect(new Set(asked.map(({ run }) => run.run_id)).size).toBe(1);
    expect(new Set(asked.map(({ run }) => run.session_id)).size).toBe(1);
    expect(asked.filter(({ isNew }) => isNew)).toHaveLength(1);
  });
});

describe('asking the policy', () => {
  it('decides as the gate does: on the directory’s groups, the tool’s annotations and the counted rate', async () => {
    const world = new World({
      answers: [{ calls: [['dir__get', { user: 'jane' }]] }, { text: 'Done.' }],
      policy: `
version: 1
default: approval
categories: [{ tools: ["dir/get"], category: read }]
rules:
  - { id: enough, effect: deny, when: { category: read, rate: { n: 1, per_seconds: 60 } }, reason: Enough for now. }
  - { id: reads, effect: allow, when: { category: read, groups: [employees] }, reason: Employees may look. }
`,
    });
    const effect = async (id: string) =>
      (await evaluatePolicy(world.deps, as(id), { server: 'dir', tool: 'get', arguments: {} })).decision
        .effect;
    expect([await effect('alice'), await effect('mallory')]).toEqual(['allow', 'approval']);
    await world.ask('who is jane');
    expect([await effect('alice'), await effect('mallory')]).toEqual(['deny', 'approval']);
    world.clock.advance(61_000);
    expect(await effect('alice')).toBe('allow');
  });
});
