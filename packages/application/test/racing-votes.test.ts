import { HitlError, SequenceConflictError } from '@hitl/core';
import { createMemoryAuditLog, createMemoryDirectory } from '@hitl/testing';
import { describe, expect, it } from '@jest/globals';
import { castVote } from '../src/index.ts';
import { as, people, World } from './world.ts';

describe('votes that race', () => {
  it('lets one of a hundred win and tells each of the others who won', async () => {
    const voters = Array.from({ length: 100 }, (_, index) => `voter-${index}`);
    const world = new World({
      answers: [{ calls: [['dir__suspend', { user: 'jane' }]] }, { text: 'Done.' }],
    });
    const directory = createMemoryDirectory([
      ...people.map((entry) => ({ ...entry })),
      ...voters.map((id) => ({ id, kind: 'user' as const, groups: ['security'] })),
    ]);
    const deps = { ...world.deps, directory };
    const waiting = await world.ask('suspend jane');
    const [approval] = waiting.approvals.values();
    const results = await Promise.allSettled(
      voters.map((voter) =>
        castVote(deps, as(voter), {
          approval_id: approval?.approval_id ?? '',
          decision: 'approve',
          digest: approval?.digest ?? '',
        }),
      ),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    const [winner] = (await world.deps.repository.load(waiting.run_id))?.approvals.values() ?? [];
    for (const result of results) {
      if (result.status === 'fulfilled') continue;
      expect(result.reason).toBeInstanceOf(HitlError);
      expect((result.reason as HitlError).code).toBe('approval_not_pending');
      expect((result.reason as HitlError).message).toContain(winner?.decided_by[0]);
    }
    await world.settle(waiting.run_id);
    expect(world.tools.calls).toHaveLength(1);
  });

  it('puts a step that knew nothing of a late vote after it, and a step that knew nothing of a vote that counts nowhere', async () => {
    const world = new World({ answers: [{ calls: [['dir__grant', { user: 'jane', role: 'admin' }]] }] });
    const { repository } = world.deps;
    const waiting = await world.ask('make jane an admin');
    const note = { type: 'cancel-requested', data: { principal_id: 'alice', channel: 'api' } } as const;

    await expect(world.vote('mallory', waiting)).rejects.toThrow();
    await expect(world.vote('bob', waiting)).rejects.toThrow();
    const next = await repository.append(waiting, note, 'alice');
    expect(next.sequence).toBe(waiting.sequence + 3);
    expect((await world.eventTypes(waiting)).slice(-3)).toEqual([
      'vote-refused',
      'vote-refused',
      'cancel-requested',
    ]);

    await world.vote('carol', next);
    await expect(world.vote('mallory', next)).rejects.toThrow();
    await expect(repository.append(next, note, 'alice')).rejects.toBeInstanceOf(SequenceConflictError);
  });

  it('counts the deciding vote although somebody writes between it and the decision, and decides after that', async () => {
    const log = createMemoryAuditLog();
    const world = new World({
      answers: [{ calls: [['dir__suspend', { user: 'jane' }]] }, { text: 'Done.' }],
      log,
    });
    const waiting = await world.ask('suspend jane');
    const append = log.append.bind(log);
    let isOpen = true;
    log.append = async (entry) => {
      if (entry.type === 'approval-decided' && isOpen) {
        isOpen = false;
        const run = await world.deps.repository.load(waiting.run_id);
        const cancel = { type: 'cancel-requested', data: { principal_id: 'alice', channel: 'api' } } as const;
        if (run !== undefined) await world.deps.repository.append(run, cancel, 'alice');
      }
      return append(entry);
    };
    const voted = await world.vote('carol', waiting);
    expect([...voted.approvals.values()].map(({ status }) => status)).toEqual(['approved']);
    expect((await world.eventTypes(waiting)).slice(-3)).toEqual([
      'vote-cast',
      'cancel-requested',
      'approval-decided',
    ]);
    expect(world.woken).toContain(waiting.run_id);
    const pending = await world.deps.approvals.list({ status: 'pending', limit: 10 });
    expect(pending.items).toEqual([]);
  });
});
