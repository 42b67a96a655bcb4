import {
  type ApprovalStatus,
  type ApprovalStore,
  type ApprovalSummary,
  approvalStatuses,
  InvalidInputError,
} from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { collectPages } from './collect.ts';
import { type CreateSubject, openSubject } from './open-subject.ts';

const start = Date.parse('2026-11-23T09:00:00.000Z');
const at = (seconds: number): string => new Date(start + seconds * 1000).toISOString();

function approvalSummary(id: number, change: Partial<ApprovalSummary> = {}): ApprovalSummary {
  return {
    approval_id: `apr_${String(id).padStart(4, '0')}`,
    run_id: `run_${id}`,
    requester_id: 'ada',
    status: 'pending',
    tools: ['google/create_user'],
    query: `request ${id}`,
    digest: 'd'.repeat(64),
    requested_at: at(id),
    expires_at: at(id + 3600),
    sequence: 1,
    ...change,
  };
}

export function describeApprovalStoreContract(name: string, create: CreateSubject<ApprovalStore>): void {
  describe(`${name} keeps the ApprovalStore contract`, () => {
    const open = openSubject(create);
    const idsOf = (items: readonly ApprovalSummary[]): string[] => items.map((item) => item.approval_id);

    it('gives back a summary, and nothing for an unknown request', async () => {
      const { subject } = await open();
      const plain = approvalSummary(1);
      const due = approvalSummary(2, { next_due_at: at(90), tools: [], query: '' });
      await subject.put(plain);
      await subject.put(due);
      expect(await subject.get('apr_0001')).toEqual(plain);
      expect(await subject.get('apr_0002')).toEqual(due);
      expect(await subject.get('apr_unknown')).toBeUndefined();
    });

    it('ignores a summary that is older than the stored one, so nothing decided becomes pending again', async () => {
      const { subject } = await open();
      await subject.put(approvalSummary(1, { sequence: 8, status: 'approved' }));
      await subject.put(approvalSummary(1, { sequence: 7, next_due_at: at(1) }));
      expect(await subject.get('apr_0001')).toMatchObject({ status: 'approved', sequence: 8 });
      expect((await subject.list({ status: 'pending', limit: 10 })).items).toEqual([]);
      expect(await subject.listDue(at(9999), 10)).toEqual([]);
    });

    it('moves a request from list to list with its status', async () => {
      const { subject } = await open();
      for (const [i, status] of approvalStatuses.entries()) {
        await subject.put(approvalSummary(1, { sequence: i + 1, status }));
        for (const listed of approvalStatuses)
          expect((await subject.list({ status: listed, limit: 10 })).items).toHaveLength(
            listed === status ? 1 : 0,
          );
      }
    });

    it('lists pending ones oldest first and the others newest first', async () => {
      const { subject } = await open();
      for (const id of [2, 3, 1]) {
        await subject.put(approvalSummary(id));
        await subject.put(approvalSummary(id + 10, { status: 'rejected' }));
      }
      expect(idsOf((await subject.list({ status: 'pending', limit: 10 })).items)).toEqual([
        'apr_0001',
        'apr_0002',
        'apr_0003',
      ]);
      expect(idsOf((await subject.list({ status: 'rejected', limit: 10 })).items)).toEqual([
        'apr_0013',
        'apr_0012',
        'apr_0011',
      ]);
    });

    it('pages without loss or duplicate while requests are decided and others come', async () => {
      const { subject } = await open();
      for (let id = 1; id <= 20; id += 1) await subject.put(approvalSummary(id, { requested_at: at(0) }));
      const seen = await collectPages(
        (cursor) =>
          subject.list({ status: 'pending', limit: 6, ...(cursor === undefined ? {} : { cursor }) }),
        async (page) => {
          for (const item of page.items.slice(-1))
            await subject.put({ ...item, status: 'approved', sequence: 2 });
        },
      );
      expect(idsOf(seen)).toEqual(
        Array.from({ length: 20 }, (_, i) => `apr_${String(i + 1).padStart(4, '0')}`),
      );
    });

    it('refuses a cursor that is garbage or belongs to another list', async () => {
      const { subject } = await open();
      for (let id = 1; id <= 3; id += 1) await subject.put(approvalSummary(id));
      const { next_cursor = '' } = await subject.list({ status: 'pending', limit: 1 });
      const refused: [ApprovalStatus, string][] = [
        ['approved', next_cursor],
        ['pending', 'garbage'],
        ['pending', ''],
      ];
      for (const [status, cursor] of refused)
        await expect(subject.list({ status, limit: 1, cursor })).rejects.toBeInstanceOf(InvalidInputError);
    });

    it('finds what is due, the most overdue first, and never what is decided', async () => {
      const { subject } = await open();
      await subject.put(approvalSummary(1, { next_due_at: at(300) }));
      await subject.put(approvalSummary(2, { next_due_at: at(100) }));
      await subject.put(approvalSummary(3, { next_due_at: at(200) }));
      await subject.put(approvalSummary(4));
      await subject.put(approvalSummary(5, { next_due_at: at(50), status: 'approved' }));
      await subject.put(approvalSummary(6, { next_due_at: at(301) }));
      expect(idsOf(await subject.listDue(at(300), 10))).toEqual(['apr_0002', 'apr_0003', 'apr_0001']);
      expect(idsOf(await subject.listDue(at(300), 2))).toEqual(['apr_0002', 'apr_0003']);
      expect(await subject.listDue(at(99), 10)).toEqual([]);
    });

    it('moves the due time with every later summary', async () => {
      const { subject } = await open();
      await subject.put(approvalSummary(1, { next_due_at: at(100) }));
      await subject.put(approvalSummary(1, { next_due_at: at(900), sequence: 2 }));
      expect(await subject.listDue(at(500), 10)).toEqual([]);
      await subject.put(approvalSummary(1, { sequence: 3 }));
      expect(await subject.listDue(at(9999), 10)).toEqual([]);
    });

    it('keeps the newest task token of a run, and shows it in no list', async () => {
      const { subject } = await open();
      expect(await subject.getTaskToken('run_1')).toBeUndefined();
      await subject.putTaskToken('run_1', 'token-one');
      await subject.putTaskToken('run_1', 'token-two');
      await subject.put(approvalSummary(1, { next_due_at: at(1) }));
      expect(await subject.getTaskToken('run_1')).toBe('token-two');
      expect(await subject.getTaskToken('run_2')).toBeUndefined();
      const shown = [
        await subject.get('apr_0001'),
        await subject.list({ status: 'pending', limit: 10 }),
        await subject.listDue(at(10), 10),
      ];
      expect(JSON.stringify(shown)).not.toContain('token-');
    });
  });
}
