import { UnavailableError } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { createGrant, type GrantRequest, loadGrant, revokeGrant } from '../src/index.ts';
import { as, World } from './world.ts';

const suspendJane = [{ calls: [['dir__suspend', { user: 'jane' }]] }, { text: 'Done.' }] as const;
const forAlice: GrantRequest = {
  grantee_id: 'alice',
  server: 'dir',
  tool: 'suspend',
  arguments: { user: 'jane' },
  max_uses: 1,
  expires_in_seconds: 3600,
  reason: 'leaver list of today',
};

describe('a grant', () => {
  it('stands for its grantor’s vote once, on the record, and no more often than it says', async () => {
    const world = new World({ answers: suspendJane });
    const { grant } = await createGrant(world.deps, as('carol'), forAlice);
    const first = await world.ask('suspend jane');
    expect(first.status).toBe('completed');
    expect([...first.approvals.values()][0]?.votes).toMatchObject([
      { principal_id: 'carol', grant_id: grant.grant_id },
    ]);
    expect((await loadGrant(world.deps, grant.grant_id))?.uses).toHaveLength(1);
    expect((await world.ask('suspend jane again')).status).toBe('awaiting_approval');
  });

  it.each([
    ['another argument', { arguments: { user: 'john' } }],
    ['another tool', { tool: 'tag' }],
    ['another person', { grantee_id: 'bob' }],
    ['another environment', { environment: 'prod' }],
  ])('does not cover %s', async (_what, change) => {
    const world = new World({ answers: suspendJane });
    await createGrant(world.deps, as('carol'), { ...forAlice, ...change });
    expect((await world.ask('suspend jane')).status).toBe('awaiting_approval');
  });

  it('ends when revoked, and when its time is over', async () => {
    const world = new World({ answers: suspendJane });
    const { grant } = await createGrant(world.deps, as('carol'), { ...forAlice, max_uses: 5 });
    await revokeGrant(world.deps, as('carol'), grant.grant_id);
    expect((await world.ask('suspend jane')).status).toBe('awaiting_approval');
    await createGrant(world.deps, as('carol'), { ...forAlice, max_uses: 5 });
    world.clock.advance(3_600_001);
    expect((await world.ask('suspend jane')).status).toBe('awaiting_approval');
  });

  it('is one vote and no more: where two are demanded a second person is still needed', async () => {
    const world = new World({
      answers: [{ calls: [['dir__grant', { user: 'jane', role: 'admin' }]] }, { text: 'Done.' }],
    });
    await createGrant(world.deps, as('carol'), {
      ...forAlice,
      tool: 'grant',
      arguments: { user: 'jane', role: 'admin' },
    });
    const waiting = await world.ask('make jane admin');
    expect(waiting.status).toBe('awaiting_approval');
    await world.vote('dave', waiting);
    expect((await world.settle(waiting.run_id)).status).toBe('completed');
  });

  it('is worth nothing from somebody who may not approve', async () => {
    const world = new World({ answers: suspendJane });
    await createGrant(world.deps, as('mallory'), forAlice);
    expect((await world.ask('suspend jane')).status).toBe('awaiting_approval');
  });

  it('gives its last use to one of two requests that want it', async () => {
    const world = new World({ answers: suspendJane });
    await createGrant(world.deps, as('carol'), forAlice);
    const runs = await Promise.all([world.ask('suspend jane'), world.ask('suspend jane now')]);
    expect(runs.map((run) => run.status).sort()).toEqual(['awaiting_approval', 'completed']);
  });

  it('that names another value does not keep one that fits from being found', async () => {
    const world = new World({ answers: suspendJane });
    await createGrant(world.deps, as('carol'), { ...forAlice, arguments: { user: 'john' } });
    await createGrant(world.deps, as('mallory'), forAlice);
    await createGrant(world.deps, as('dave'), forAlice);
    await createGrant(world.deps, as('carol'), { ...forAlice, arguments: { user: 'joan' } });
    const run = await world.ask('suspend jane');
    expect(run.status).toBe('completed');
    expect([...run.approvals.values()].map((approval) => approval.decided_by)).toEqual([['dave']]);
  });

  it('that is refused says so on its record, once for each reason', async () => {
    const world = new World({ answers: suspendJane });
    const { grant } = await createGrant(world.deps, as('mallory'), forAlice);
    for (let attempt = 0; attempt < 3; attempt += 1) await world.ask('suspend jane');
    const entries = await world.deps.log.read(`grant:${grant.grant_id}`);
    expect(entries.map((entry) => [entry.type, entry.data.code])).toEqual([
      ['grant-created', undefined],
      ['grant-refused', 'not_an_approver'],
    ]);
  });

  it('that was spent by a process which died before the vote still casts that vote, and no second use is spent', async () => {
    const world = new World({ answers: suspendJane });
    const { grant } = await createGrant(world.deps, as('carol'), forAlice);
    const { append } = world.deps.repository;
    world.deps.repository.append = async (run, event, actor) => {
      if (event.type === 'vote-cast') throw new UnavailableError('killed');
      return append(run, event, actor);
    };
    await expect(world.ask('suspend jane')).rejects.toBeInstanceOf(UnavailableError);
    world.deps.repository.append = append;
    const [item] = (await world.deps.runs.list({ limit: 1 })).items;
    expect((await world.settle(item?.run_id ?? '')).status).toBe('completed');
    expect((await loadGrant(world.deps, grant.grant_id))?.uses).toHaveLength(1);
  });

  it('that is made while a request waits does not speak for it: people were asked already', async () => {
    const world = new World({ answers: suspendJane });
    const waiting = await world.ask('suspend jane');
    await createGrant(world.deps, as('carol'), forAlice);
    expect((await world.settle(waiting.run_id)).status).toBe('awaiting_approval');
  });
});
