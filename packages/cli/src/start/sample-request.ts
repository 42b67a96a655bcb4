import type { RunSummary } from '@hitl/core';

/** People of the sample directory, in the parts that the sample gives them. */
export const samplePeople = {
  requester: 'alice',
  approver: 'carol',
  otherGroup: 'bob',
  outsider: 'mallory',
} as const;

const addRole = 'Add AWS role NMD-Admin for account 123456789012 to jane@example.com';
const removeRole = 'Remove AWS role NMD-Admin for account 123456789012 from jane@example.com';

/** The sample gives a role, the next one takes it away again: each start has something to change. */
export function nextSampleQuery(earlier: readonly Pick<RunSummary, 'query' | 'status'>[]): string {
  const last = earlier.find(
    (run) => run.status === 'completed' && (run.query === addRole || run.query === removeRole),
  );
  return last?.query === addRole ? removeRole : addRole;
}
