import type { ToolPins } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { openSubject } from './open-subject.ts';

export interface ToolPinsContractSubject {
  readonly subject: ToolPins;
  /** A person accepts that definition of the tool now. */
  accept(name: string, digest: string): Promise<void>;
  close?(): Promise<void>;
}

const first = 'a'.repeat(64);
const second = 'b'.repeat(64);

export function describeToolPinsContract(name: string, create: () => Promise<ToolPinsContractSubject>): void {
  describe(`${name} keeps the ToolPins contract`, () => {
    const open = openSubject(create);

    it('accepts nothing that nobody accepted', async () => {
      const { subject } = await open();
      for (const tool of ['ops/restart', '', '__proto__', 'constructor'])
        expect(await subject.isAccepted(tool, first)).toBe(false);
    });

    it('accepts exactly the definition that was accepted, under exactly its name', async () => {
      const { subject, accept } = await open();
      await accept('ops/restart', first);
      expect(await subject.isAccepted('ops/restart', first)).toBe(true);
      const others = [
        ['ops/restart', second],
        ['ops/restart', ''],
        ['ops/Restart', first],
        ['ops/restart2', first],
        ['prod/restart', first],
      ] as const;
      for (const [tool, digest] of others) expect(await subject.isAccepted(tool, digest)).toBe(false);
    });

    it('sees an acceptance at once, also after it has answered no', async () => {
      const { subject, accept } = await open();
      expect(await subject.isAccepted('ops/restart', first)).toBe(false);
      await accept('ops/restart', first);
      expect(await subject.isAccepted('ops/restart', first)).toBe(true);
      await accept('ops/stop', first);
      expect(await subject.isAccepted('ops/stop', first)).toBe(true);
      expect(await subject.isAccepted('ops/restart', first)).toBe(true);
    });

    it('takes the newest acceptance of a name as the only one', async () => {
      const { subject, accept } = await open();
      await accept('ops/restart', first);
      await accept('ops/restart', second);
      expect(await subject.isAccepted('ops/restart', second)).toBe(true);
      expect(await subject.isAccepted('ops/restart', first)).toBe(false);
      await accept('ops/restart', first);
      expect(await subject.isAccepted('ops/restart', first)).toBe(true);
    });

    it('answers many at the same time alike', async () => {
      const { subject, accept } = await open();
      await accept('ops/restart', first);
      await accept('ops/restart', second);
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) => subject.isAccepted('ops/restart', i % 2 === 0 ? first : second)),
      );
      expect(answers).toEqual(Array.from({ length: 10 }, (_, i) => i % 2 === 1));
    });
  });
}
