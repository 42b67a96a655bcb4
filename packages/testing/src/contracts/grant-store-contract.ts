import { type GrantStore, type GrantSummary, InvalidInputError } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { collectPages } from './collect.ts';
import { type CreateSubject, openSubject } from './open-subject.ts';

const start = Date.parse('2026-11-23T09:00:00.000Z');
const at = (seconds: number): string => new Date(start + seconds * 1000).toISOString();

function grantSummary(id: number, change: Partial<GrantSummary> = {}): GrantSummary {
  return {
    grant_id: `grt_${String(id).padStart(4, '0')}`,
    grantor_id: 'sam',
    grantor_groups: ['security'],
    assurance: 'authenticated',
    channel: 'cli',
    grantee_id: 'ada',
    server: 'google',
    tool: 'create_user',
    arguments: { org_unit_path: '/Staff', nothing: null, sizes: [1e300, 0.1] },
    allow_other_arguments: true,
    max_uses: 3,
    expires_at: at(3600),
    reason: 'onboarding week',
    uses: 0,
    revoked: false,
    created_at: at(id),
    sequence: 1,
    ...change,
  };
}

export function describeGrantStoreContract(name: string, create: CreateSubject<GrantStore>): void {
  describe(`${name} keeps the GrantStore contract`, () => {
    const open = openSubject(create);
    const idsOf = (items: readonly GrantSummary[]): string[] => items.map((item) => item.grant_id);

    it('gives back a grant with its arguments untouched, and nothing for an unknown one', async () => {
      const { subject } = await open();
      const summary = grantSummary(1, { environment: 'prod' });
      await subject.put(summary);
      expect(await subject.get('grt_0001')).toEqual(summary);
      expect(await subject.get('grt_unknown')).toBeUndefined();
    });

    it('ignores a summary that is older than the stored one, so nothing revoked comes back', async () => {
      const { subject } = await open();
      await subject.put(grantSummary(1, { sequence: 3, revoked: true }));
      await subject.put(grantSummary(1, { sequence: 2, uses: 1 }));
      expect(await subject.get('grt_0001')).toMatchObject({ revoked: true, sequence: 3 });
      expect(
        await subject.listCandidates({
          grantee_id: 'ada',
          server: 'google',
          tool: 'create_user',
          now: at(0),
        }),
      ).toEqual([]);
    });

    it('pages newest first without loss or duplicate', async () => {
      const { subject } = await open();
      for (let id = 1; id <= 11; id += 1) await subject.put(grantSummary(id, { created_at: at(0) }));
      const seen = await collectPages((cursor) =>
        subject.list({ limit: 3, ...(cursor === undefined ? {} : { cursor }) }),
      );
      expect(idsOf(seen)).toEqual(
        Array.from({ length: 11 }, (_, i) => `grt_${String(11 - i).padStart(4, '0')}`),
      );
      await expect(subject.list({ limit: 3, cursor: 'garbage' })).rejects.toBeInstanceOf(InvalidInputError);
    });

    it('offers exactly the unrevoked, unexpired grants of that person for that tool', async () => {
      const { subject } = await open();
      await subject.put(grantSummary(1));
      await subject.put(grantSummary(2, { grantee_id: 'bob' }));
      await subject.put(grantSummary(3, { server: 'google2' }));
      await subject.put(grantSummary(4, { tool: 'create_user2' }));
      await subject.put(grantSummary(5, { revoked: true }));
      await subject.put(grantSummary(6, { expires_at: at(100) }));
      await subject.put(grantSummary(7, { expires_at: at(101) }));
      const candidates = await subject.listCandidates({
        grantee_id: 'ada',
        server: 'google',
        tool: 'create_user',
        now: at(100),
      });
      expect(idsOf(candidates).sort()).toEqual(['grt_0001', 'grt_0007']);
    });
  });
}
