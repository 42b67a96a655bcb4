import type { Directory, DirectoryEntry } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { type ContractSubject, openSubject } from './open-subject.ts';

const entries: readonly DirectoryEntry[] = [
  { id: 'ada', kind: 'user', display_name: 'Ada', groups: ['staff'], links: ['slack:T1/U1'] },
  { id: 'sam', kind: 'user', groups: ['staff', 'security'], links: ['slack:T1/U2', 'teams:t/u'] },
  { id: 'ci', kind: 'service', groups: [] },
];

/** `create` receives the entries that the directory must hold. */
export function describeDirectoryContract(
  name: string,
  create: (entries: readonly DirectoryEntry[]) => Promise<ContractSubject<Directory>>,
): void {
  describe(`${name} keeps the Directory contract`, () => {
    const open = openSubject(() => create(entries));

    it('finds people and services by id, exactly as written', async () => {
      const { subject } = await open();
      expect(await subject.find('sam')).toEqual(entries[1]);
      expect(await subject.find('ci')).toMatchObject({ kind: 'service', groups: [] });
      for (const unknown of ['', 'SAM', 'sam ', 'nobody', '__proto__', 'constructor'])
        expect(await subject.find(unknown)).toBeUndefined();
    });

    it('finds a person by a linked account, and nobody by an unknown one', async () => {
      const { subject } = await open();
      expect((await subject.findByLink('slack:T1/U2'))?.id).toBe('sam');
      for (const unknown of ['', 'slack:T2/U2', 'slack:T1/U', 'sam'])
        expect(await subject.findByLink(unknown)).toBeUndefined();
    });

    it('knows the members of a group, and none of an unknown group', async () => {
      const { subject } = await open();
      expect([...(await subject.membersOf('staff'))].sort()).toEqual(['ada', 'sam']);
      expect(await subject.membersOf('security')).toEqual(['sam']);
      for (const unknown of ['', 'Security', 'group:security', '__proto__'])
        expect(await subject.membersOf(unknown)).toEqual([]);
    });

    it('lists everybody once', async () => {
      const { subject } = await open();
      expect((await subject.list()).map((entry) => entry.id).sort()).toEqual(['ada', 'ci', 'sam']);
    });
  });
}
