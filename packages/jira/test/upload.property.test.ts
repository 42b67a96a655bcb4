import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JiraFault } from '../../local/src/emulators/jira-faults.ts';
import { issuesOf, startJiraHarness } from './jira-harness.ts';

const bulk = '/rest/api/3/issue/bulk';

/** What can happen to one bulk request; reads are hit as well, within what retries cover. */
const faultArbitrary: fc.Arbitrary<JiraFault> = fc.oneof(
  fc.constant<JiraFault>({ method: 'POST', path: bulk, drop: 'before' }),
  fc.constant<JiraFault>({ method: 'POST', path: bulk, drop: 'after' }),
  fc
    .integer({ min: 0, max: 20 })
    .map((applyRows): JiraFault => ({ method: 'POST', path: bulk, drop: 'after', applyRows })),
  fc
    .constantFrom(500, 502, 503)
    .map((status): JiraFault => ({ method: 'POST', path: bulk, respond: { status } })),
  fc
    .constantFrom(500, 503)
    .map((status): JiraFault => ({ method: 'POST', path: bulk, isApplied: true, respond: { status } })),
  fc.constant<JiraFault>({
    method: 'POST',
    path: bulk,
    respond: { status: 429, headers: { 'retry-after': '2', 'ratelimit-reason': 'jira-burst-based' } },
  }),
  fc.constant<JiraFault>({ method: 'POST', path: /search\/jql$/, respond: { status: 503 } }),
  fc.constant<JiraFault>({ path: /bulkfetch$/, drop: 'before' }),
);

interface Row {
  readonly isValid: boolean;
  /** Index of an earlier row, whose type fits by construction. */
  readonly parent: number | undefined;
  readonly summary: string;
}

const rowsArbitrary: fc.Arbitrary<Row[]> = fc
  .array(
    fc.record({
      isValid: fc.integer({ min: 0, max: 4 }).map((dice) => dice > 0),
      parentSeed: fc.option(fc.nat(), { nil: undefined, freq: 1 }),
      // Few different texts, so that equal rows occur.
      text: fc.constantFrom('a', 'b'),
    }),
    { minLength: 1, maxLength: 70 },
  )
  .map((drafts) => {
    const depth: number[] = [];
    return drafts.map(({ isValid, parentSeed, text }, index) => {
      const candidates = drafts
        .map((_, other) => other)
        .filter((other) => other < index && (depth[other] ?? 9) < 2);
      const parent =
        parentSeed === undefined ? undefined : candidates[parentSeed % Math.max(1, candidates.length)];
      depth[index] = parent === undefined ? 0 : (depth[parent] ?? 0) + 1;
      return { isValid, parent, summary: text };
    });
  });

/** Depth from the top: epic, task, sub-task; so that every parent fits. */
function toInput(rows: readonly Row[]) {
  const depthOf = (row: Row): number => (row.parent === undefined ? 0 : 1 + depthOf(rows[row.parent] as Row));
  const types = ['Epic', 'Task', 'Sub-task'];
  return rows.map((row, index) => ({
    summary: row.summary,
    issue_type: types[depthOf(row)],
    // Only where it is needed: otherwise no two rows would be equal.
    ...(rows.some(({ parent }) => parent === index) ? { external_id: `row ${index}` } : {}),
    ...(row.parent === undefined ? {} : { parent: `row ${row.parent}` }),
    ...(row.isValid ? {} : { priority: 'No such priority' }),
  }));
}

describe('an upload under faults', () => {
  it('makes every valid row exist exactly once, below its parent, and names the right issue for it', async () => {
    await fc.assert(
      fc.asyncProperty(
        rowsArbitrary,
        fc.array(faultArbitrary, { maxLength: 4 }),
        fc.constantFrom(0, 1_500, 60_000),
        async (rows, faults, searchLagMs) => {
          await using site = await startJiraHarness({ searchLagMs });
          const input = { project_key: 'OPS', issues: toInput(rows) };
          site.jira.faults.add(...faults);
          // A caller that sees unknown rows, or an error, calls again: that must be safe at any point.
          let output = await site.call<Awaited<ReturnType<typeof site.upload>>>('bulk_issue_upload', input);
          for (let call = 0; call < 8 && (output.isError || output.output.counts.unknown > 0); call += 1)
            output = await site.call('bulk_issue_upload', input);
          expect(output.text.startsWith('{')).toBe(true);

          const isDoomed = (row: Row): boolean =>
            !row.isValid || (row.parent !== undefined && isDoomed(rows[row.parent] as Row));
          const issues = await issuesOf(site.jira, 'OPS');
          const byKey = new Map(issues.map((issue) => [issue.key, issue]));
          expect(issues).toHaveLength(rows.filter((row) => !isDoomed(row)).length);

          const keys = output.output.rows.map(({ key }) => key);
          expect(new Set(keys.filter((key) => key !== undefined)).size).toBe(issues.length);
          rows.forEach((row, index) => {
            const result = output.output.rows[index];
            expect(result).toMatchObject({ row: index });
            if (isDoomed(row)) {
              expect(result).toMatchObject({ status: 'failed' });
              expect(result?.errors?.length).toBeGreaterThan(0);
              return;
            }
            expect(['created', 'existing']).toContain(result?.status);
            const issue = byKey.get(result?.key ?? '');
            expect(issue?.fields.summary).toBe(row.summary);
            const parent = issue?.fields.parent as { key: string } | undefined;
            expect(parent?.key).toBe(row.parent === undefined ? undefined : keys[row.parent]);
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});
