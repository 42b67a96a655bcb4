import { InvalidInputError, type RunStore, type RunSummary } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { collectPages } from './collect.ts';
import { type CreateSubject, openSubject } from './open-subject.ts';

const start = Date.parse('2026-11-23T09:00:00.000Z');

function runSummary(id: number, change: Partial<RunSummary> = {}): RunSummary {
  const at = new Date(start + id * 1000).toISOString();
  return {
    run_id: `run_${String(id).padStart(4, '0')}`,
    session_id: 'ses_1',
    user_id: 'ada',
    status: 'running',
    query: `request ${id}`,
    created_at: at,
    updated_at: at,
    sequence: 1,
    ...change,
  };
}

export function describeRunStoreContract(name: string, create: CreateSubject<RunStore>): void {
  describe(`${name} keeps the RunStore contract`, () => {
    const open = openSubject(create);

    it('gives back a summary, and nothing for an unknown run', async () => {
      const { subject } = await open();
      const summary = runSummary(1, { query: '', session_id: 'ses "ü"' });
      await subject.put(summary);
      expect(await subject.get(summary.run_id)).toEqual(summary);
      expect(await subject.get('run_unknown')).toBeUndefined();
    });

    it('takes a summary with sequence 0, made before the run is on the record', async () => {
      const { subject } = await open();
      const planned = runSummary(1, { sequence: 0 });
      await subject.put(planned);
      expect(await subject.get(planned.run_id)).toEqual(planned);
      expect((await subject.list({ limit: 5 })).items).toEqual([planned]);
      await subject.put(runSummary(1, { sequence: 1 }));
      expect(await subject.get(planned.run_id)).toMatchObject({ sequence: 1 });
    });

    it('replaces an older summary and ignores one that comes late', async () => {
      const { subject } = await open();
      await subject.put(runSummary(1, { sequence: 5, status: 'awaiting_approval' }));
      await subject.put(runSummary(1, { sequence: 4, status: 'running' }));
      expect(await subject.get('run_0001')).toMatchObject({ sequence: 5, status: 'awaiting_approval' });
      await subject.put(runSummary(1, { sequence: 9, status: 'completed' }));
      expect(await subject.get('run_0001')).toMatchObject({ sequence: 9, status: 'completed' });
      expect((await subject.list({ limit: 10, status: 'awaiting_approval' })).items).toEqual([]);
      expect((await subject.list({ limit: 10, status: 'completed' })).items).toHaveLength(1);
    });

    it('ends with the highest sequence whatever the order of racing writers', async () => {
      const { subject } = await open();
      const sequences = [3, 11, 7, 2, 10, 1, 9, 8, 5, 4, 6];
      await Promise.all(sequences.map((sequence) => subject.put(runSummary(1, { sequence }))));
      expect(await subject.get('run_0001')).toMatchObject({ sequence: 11 });
    });

    it('lists newest first, narrowed by user and status', async () => {
      const { subject } = await open();
      await subject.put(runSummary(1));
      await subject.put(runSummary(2, { user_id: 'bob', status: 'completed' }));
      await subject.put(runSummary(3, { status: 'completed' }));
      await subject.put(runSummary(4, { user_id: 'bob' }));
      const ids = async (query: Parameters<RunStore['list']>[0]): Promise<string[]> =>
        (await subject.list(query)).items.map((run) => run.run_id);
      expect(await ids({ limit: 10 })).toEqual(['run_0004', 'run_0003', 'run_0002', 'run_0001']);
      expect(await ids({ limit: 10, user_id: 'ada' })).toEqual(['run_0003', 'run_0001']);
      expect(await ids({ limit: 10, status: 'completed' })).toEqual(['run_0003', 'run_0002']);
      expect(await ids({ limit: 10, user_id: 'bob', status: 'completed' })).toEqual(['run_0002']);
      expect(await ids({ limit: 10, user_id: 'nobody' })).toEqual([]);
    });

    it('pages through runs of the same instant without loss or duplicate', async () => {
      const { subject } = await open();
      const created_at = new Date(start).toISOString();
      for (let id = 1; id <= 25; id += 1) await subject.put(runSummary(id, { created_at }));
      const seen = await collectPages((cursor) =>
        subject.list({ limit: 4, ...(cursor === undefined ? {} : { cursor }) }),
      );
      expect(seen.map((run) => run.run_id)).toEqual(
        Array.from({ length: 25 }, (_, i) => `run_${String(25 - i).padStart(4, '0')}`),
      );
    });

    it('goes on where it stopped when runs come and change between two pages', async () => {
      const { subject } = await open();
      for (let id = 1; id <= 12; id += 1) await subject.put(runSummary(id));
      const seen = await collectPages(
        (cursor) => subject.list({ limit: 5, ...(cursor === undefined ? {} : { cursor }) }),
        async (_page, index) => {
          await subject.put(runSummary(100 + index));
          await subject.put(runSummary(index + 1, { sequence: 2 }));
        },
      );
      expect(seen.map((run) => run.run_id)).toEqual(
        Array.from({ length: 12 }, (_, i) => `run_${String(12 - i).padStart(4, '0')}`),
      );
    });

    it('gives no cursor with a page that is the last one', async () => {
      const { subject } = await open();
      for (let id = 1; id <= 4; id += 1) await subject.put(runSummary(id));
      const first = await subject.list({ limit: 2 });
      expect(first.next_cursor).toBeDefined();
      const second = await subject.list({ limit: 2, cursor: first.next_cursor ?? '' });
      expect(second.items).toHaveLength(2);
      expect(second.next_cursor).toBeUndefined();
    });

    it('refuses a cursor that is garbage or belongs to another list', async () => {
      const { subject } = await open();
      for (let id = 1; id <= 3; id += 1) await subject.put(runSummary(id));
      const { next_cursor = '' } = await subject.list({ limit: 1, user_id: 'ada' });
      await expect(subject.list({ limit: 1, user_id: 'bob', cursor: next_cursor })).rejects.toBeInstanceOf(
        InvalidInputError,
      );
      for (const cursor of ['', 'garbage', 'e30', Buffer.from('["x","y"]').toString('base64url')])
        await expect(subject.list({ limit: 1, cursor })).rejects.toBeInstanceOf(InvalidInputError);
    });

    it.each([0, -1, 1.5, Number.NaN, 1001])('refuses a page limit of %p', async (limit) => {
      const { subject } = await open();
      await expect(subject.list({ limit })).rejects.toBeInstanceOf(InvalidInputError);
    });

    it('gives an idempotency key to the first run that claims it and tells the others', async () => {
      const { subject, clock } = await open();
      const until = clock.now() + 1000;
      expect(await subject.claimIdempotencyKey('key', 'run_a', 'print_a', until)).toEqual({
        run_id: 'run_a',
        fingerprint: 'print_a',
      });
      expect(await subject.claimIdempotencyKey('key', 'run_b', 'print_b', until)).toEqual({
        run_id: 'run_a',
        fingerprint: 'print_a',
      });
      expect(await subject.claimIdempotencyKey('other', 'run_b', 'print_b', until)).toMatchObject({
        run_id: 'run_b',
      });
    });

    it('lets one of many racing claims win, and all of them agree which', async () => {
      const { subject, clock } = await open();
      const until = clock.now() + 1000;
      const held = await Promise.all(
        Array.from({ length: 15 }, (_, i) => subject.claimIdempotencyKey('key', `run_${i}`, `p${i}`, until)),
      );
      expect(new Set(held.map((claim) => `${claim.run_id} ${claim.fingerprint}`)).size).toBe(1);
    });

    it('frees an idempotency key when its time is over', async () => {
      const { subject, clock } = await open();
      await subject.claimIdempotencyKey('key', 'run_a', 'print', clock.now() + 1000);
      clock.advance(1000);
      expect(await subject.claimIdempotencyKey('key', 'run_b', 'print', clock.now() + 1000)).toMatchObject({
        run_id: 'run_b',
      });
    });

    it('takes idempotency keys of any length and script', async () => {
      const { subject, clock } = await open();
      for (const key of ['ключ/🔑?#', 'k'.repeat(5000), ' ']) {
        const until = clock.now() + 1000;
        await subject.claimIdempotencyKey(key, 'run_a', 'print', until);
        expect(await subject.claimIdempotencyKey(key, 'run_b', 'print', until)).toMatchObject({
          run_id: 'run_a',
        });
      }
    });
  });
}
