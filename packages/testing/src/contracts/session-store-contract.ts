import type { SessionStore } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { type CreateSubject, openSubject } from './open-subject.ts';

export function describeSessionStoreContract(name: string, create: CreateSubject<SessionStore>): void {
  describe(`${name} keeps the SessionStore contract`, () => {
    const open = openSubject(create);

    it('makes a session for a new conversation and keeps it', async () => {
      const { subject } = await open();
      expect(await subject.get('C1:1.0')).toBeUndefined();
      expect(await subject.getOrCreate('C1:1.0', 'ses_1')).toBe('ses_1');
      expect(await subject.getOrCreate('C1:1.0', 'ses_2')).toBe('ses_1');
      expect(await subject.get('C1:1.0')).toBe('ses_1');
      expect(await subject.getOrCreate('C1:1.00', 'ses_3')).toBe('ses_3');
    });

    it('gives racing callers one and the same session', async () => {
      const { subject } = await open();
      const sessions = await Promise.all(
        Array.from({ length: 20 }, (_, i) => subject.getOrCreate('C1:2.0', `ses_${i}`)),
      );
      expect(new Set(sessions).size).toBe(1);
      expect(await subject.get('C1:2.0')).toBe(sessions[0]);
    });
  });
}
