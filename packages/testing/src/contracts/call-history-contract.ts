import type { CallHistory, RecordedCall } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { type CreateSubject, openSubject } from './open-subject.ts';

export function describeCallHistoryContract(name: string, create: CreateSubject<CallHistory>): void {
  describe(`${name} keeps the CallHistory contract`, () => {
    const open = openSubject(create);
    const call = (id: number, at_ms: number, change: Partial<RecordedCall> = {}): RecordedCall => ({
      principal_id: 'ada',
      server: 'google',
      tool: 'create_user',
      call_id: `call_${id}`,
      at_ms,
      ...change,
    });

    it('counts the calls of one principal since a time, the time itself included', async () => {
      const { subject, clock } = await open();
      const now = clock.now();
      for (const [i, age] of [3000, 2000, 1000].entries()) await subject.record(call(i, now - age));
      await subject.record(call(9, now, { principal_id: 'bob' }));
      const since = (since_ms: number): Promise<number> =>
        subject.countSince({ principal_id: 'ada', since_ms });
      expect(await since(now - 2000)).toBe(2);
      expect(await since(now - 1999)).toBe(1);
      expect(await since(0)).toBe(3);
      expect(await subject.countSince({ principal_id: 'nobody', since_ms: 0 })).toBe(0);
    });

    it('narrows by server and by tool', async () => {
      const { subject, clock } = await open();
      const at = clock.now();
      await subject.record(call(1, at));
      await subject.record(call(2, at, { tool: 'suspend_user' }));
      await subject.record(call(3, at, { server: 'jira', tool: 'create_user' }));
      const count = (narrow: { server?: string; tool?: string }): Promise<number> =>
        subject.countSince({ principal_id: 'ada', since_ms: at, ...narrow });
      expect(await count({ server: 'google' })).toBe(2);
      expect(await count({ tool: 'create_user' })).toBe(2);
      expect(await count({ server: 'google', tool: 'create_user' })).toBe(1);
      expect(await count({ server: 'none' })).toBe(0);
    });

    it('counts a call once however often it is recorded', async () => {
      const { subject, clock } = await open();
      const at = clock.now();
      await subject.record(call(1, at - 5000));
      await Promise.all(Array.from({ length: 5 }, () => subject.record(call(1, at))));
      expect(await subject.countSince({ principal_id: 'ada', since_ms: 0 })).toBe(1);
      expect(await subject.countSince({ principal_id: 'ada', since_ms: at - 1000 })).toBe(0);
    });

    it('counts hundreds of calls exactly', async () => {
      const { subject, clock } = await open();
      const at = clock.now();
      await Promise.all(Array.from({ length: 300 }, (_, i) => subject.record(call(i, at + i))));
      expect(await subject.countSince({ principal_id: 'ada', since_ms: at + 50 })).toBe(250);
    });
  });
}
