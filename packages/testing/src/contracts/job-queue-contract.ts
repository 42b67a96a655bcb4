import { InvalidInputError, type Job, type JobQueue } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import type { FakeClock } from '../fake-clock.ts';
import { openSubject } from './open-subject.ts';

export interface JobQueueContractSubject {
  readonly subject: JobQueue;
  /** What the queue holds for its workers: those of one group in order. Groups and ids may have been rewritten. */
  received(): Promise<readonly Job[]>;
  close?(): Promise<void>;
}

export function describeJobQueueContract(
  name: string,
  create: (environment: { readonly clock: FakeClock }) => Promise<JobQueueContractSubject>,
): void {
  describe(`${name} keeps the JobQueue contract`, () => {
    const open = openSubject(create);
    const job = (id: string, group = 'C1:1.0', body: Job['body'] = { id }): Job => ({
      group,
      deduplicationId: id,
      body,
    });
    const bodies = (jobs: readonly Job[]) => jobs.map(({ body }) => body.id);

    it('hands the jobs of one group over in the order they were sent', async () => {
      const { subject, received } = await open();
      for (const id of ['a', 'b', 'c']) await subject.send(job(id));
      await subject.send(
        job('d', 'C2:1.0', { id: 'd', text: 'line one\nline two ü 😀', nested: [{ n: null }] }),
      );
      const jobs = await received();
      const ofFirst = jobs.filter(({ group }) => group === jobs[0]?.group);
      expect(bodies(ofFirst)).toEqual(['a', 'b', 'c']);
      expect(jobs.find(({ body }) => body.id === 'd')?.body).toEqual({
        id: 'd',
        text: 'line one\nline two ü 😀',
        nested: [{ n: null }],
      });
    });

    it('takes the same id once within five minutes, also when its senders race', async () => {
      const { subject, received, clock } = await open();
      await Promise.all(Array.from({ length: 5 }, () => subject.send(job('a'))));
      clock.advance(5 * 60 * 1000 - 1);
      await subject.send(job('a'));
      expect(bodies(await received())).toEqual(['a']);
      clock.advance(2);
      await subject.send(job('a'));
      expect(bodies(await received())).toEqual(['a', 'a']);
    });

    it('takes any text as group and id, and keeps different ones apart', async () => {
      const { subject, received } = await open();
      const odd = ['C1:1.0 x', 'ü', '😀', 'x'.repeat(500), `${'x'.repeat(499)}y`, 'a/b', 'A/B'];
      for (const id of odd) await subject.send(job(id, id));
      const jobs = await received();
      expect(bodies(jobs).sort()).toEqual([...odd].sort());
      expect(new Set(jobs.map(({ group }) => group)).size).toBe(odd.length);
    });

    it('refuses a job that is too large, before anything is sent', async () => {
      const { subject, received } = await open();
      const fits = 'x'.repeat(200 * 1024 - JSON.stringify({ id: 'a', text: '' }).length);
      await subject.send(job('a', 'g', { id: 'a', text: fits }));
      for (const text of [`${fits}x`, 'ü'.repeat(110_000)])
        await expect(subject.send(job('b', 'g', { id: 'b', text }))).rejects.toBeInstanceOf(
          InvalidInputError,
        );
      expect(bodies(await received())).toEqual(['a']);
    });
  });
}
