import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { checkPolicy, compilePolicy, loadDefaultPolicy, runPolicyTable } from './index.ts';

describe('the policy that ships', () => {
  it('decides every case of its table as expected', () => {
    const table = readFileSync(new URL('../default-policy.cases.yaml', import.meta.url), 'utf8');
    const { cases, failed } = runPolicyTable(compilePolicy(loadDefaultPolicy()), table);
    expect(cases.filter(({ is_passed }) => !is_passed)).toEqual([]);
    expect([failed, cases.length >= 20]).toEqual([0, true]);
  });

  it('has nothing that the check would complain of', () => {
    expect(checkPolicy(loadDefaultPolicy(), { groups: ['it-operations', 'security'] })).toEqual([]);
  });

  it('uses every one of its rules in some case', () => {
    const engine = compilePolicy(loadDefaultPolicy());
    const table = readFileSync(new URL('../default-policy.cases.yaml', import.meta.url), 'utf8');
    const used = new Set(runPolicyTable(engine, table).cases.flatMap(({ decision }) => decision.rule_ids));
    expect(engine.rules.map(({ id }) => id).filter((id) => !used.has(id))).toEqual([]);
  });
});
