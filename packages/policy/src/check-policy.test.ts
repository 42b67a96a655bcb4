import type { ApprovalStep } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryPolicy, arbitraryRequest } from '../test/arbitrary-policy.ts';
import { checkPolicy, compilePolicy, parsePolicy } from './index.ts';

function findingsOf(rules: string, directory = {}, head = 'default: deny') {
  const findings = checkPolicy(parsePolicy(`version: 1\n${head}\nrules:\n${rules}`, 'p.yaml'), directory);
  return findings.map(({ kind, rule_id, other_rule_id, line }) => [kind, rule_id, other_rule_id, line]);
}

describe('checking a policy finds', () => {
  it('an allow rule that a broader deny or approval rule always overrides, wherever it stands', () => {
    expect(
      findingsOf(`
  - { id: narrow, effect: allow, when: { tools: "google/get_user", groups: staff } }
  - { id: broad, effect: deny, when: { tools: "google/*", groups: [staff, interns] } }`),
    ).toEqual([['shadowed', 'narrow', 'broad', 5]]);
    expect(
      findingsOf(`
  - { id: a, effect: approval, when: { servers: [google, jira] } }
  - { id: b, effect: allow, when: { tools: ["google/x", "jira/y*"] } }`),
    ).toEqual([['shadowed', 'b', 'a', 6]]);
    expect(
      findingsOf(`
  - { id: a, effect: deny, when: { tools: "s/*", arguments: { n: { gt: 5 }, to: { prefix: a } } } }
  - { id: b, effect: allow, when: { tools: "s/x", arguments: { n: { gte: 6, lt: 9 }, to: { in: [ab, ac] } } } }`),
    ).toEqual([['shadowed', 'b', 'a', 6]]);
  });

  it('nothing where the broader rule leaves a gap', () => {
    for (const [allow, deny] of [
      ['{ tools: "google/*" }', '{ tools: "google/get_*" }'],
      ['{ tools: "google/x" }', '{ tools: "google/x", groups: staff }'],
      ['{ groups: [staff, interns] }', '{ groups: staff }'],
      ['{ groups: staff }', '{ groups: { not: interns } }'],
      ['{ tools: "s/x", arguments: { n: { gt: 5 } } }', '{ tools: "s/x", arguments: { n: { gte: 6 } } }'],
      ['{ tools: "s/x", arguments: { n: { equals: 5 } } }', '{ tools: "s/x", arguments: { n: { not: 5 } } }'],
      ['{ tools: "a/b" }', '{ tools: "a/b", rate: { n: 1, per_seconds: 1 } }'],
      ['{ tools: "a/b" }', '{ tools: "a/b", time: { window: "* 9 * * *", zone: UTC } }'],
      ['{ environment: { not: dev } }', '{ environment: prod }'],
    ] as const)
      expect(
        findingsOf(
          `  - { id: a, effect: allow, when: ${allow} }\n  - { id: d, effect: deny, when: ${deny} }`,
        ),
      ).toEqual([]);
  });

  it('equal conditions with different effects', () => {
    expect(
      findingsOf(`
  - { id: yes, effect: allow, when: { tools: "a/b", groups: staff } }
  - { id: no, effect: deny, when: { groups: [staff], tools: ["a/b"] } }`),
    ).toEqual([['contradictory_effects', 'yes', 'no', 5]]);
  });

  it('rules that repeat or add nothing to another, but not two approvals that ask different people or elsewhere', () => {
    expect(
      findingsOf(`
  - { id: a, effect: deny, when: { tools: "a/*" } }
  - { id: b, effect: deny, when: { tools: "a/*" } }
  - { id: c, effect: deny, when: { tools: "a/x" } }
  - { id: d, effect: approval, when: { tools: "b/*" } }
  - { id: e, effect: approval, when: { tools: "b/*" }, approval: { steps: [{ from: [group:ops], votes: 1 }] } }
  - { id: f, effect: approval, when: { tools: "b/x" } }
  - { id: g, effect: approval, when: { tools: "b/x" }, approval: { slack_channels: [C0123456789] } }`),
    ).toEqual([
      ['duplicate', 'b', 'a', 6],
      ['redundant', 'c', 'a', 7],
      ['redundant', 'f', 'd', 10],
    ]);
  });

  it.each([
    ['tools on no such server', '{ tools: "google/x", servers: jira }'],
    ['a category that is always raised above', '{ tools: "google/x", category: [read, write] }'],
    ['bounds without a number between', '{ arguments: { n: { gt: 5, lte: 5 } } }'],
    ['a value that another operator rules out', '{ arguments: { n: { equals: a, prefix: b } } }'],
    ['a list of which no value fits', '{ arguments: { n: { in: [a, b], not: { matches: "[ab]" } } } }'],
    ['a number that is a text', '{ arguments: { n: { gt: 5, prefix: b } } }'],
    ['an absent value', '{ arguments: { n: { exists: false, equals: b } } }'],
    ['a date that no calendar has', '{ time: { window: "* * 30-31 2 *", zone: UTC } }'],
    ['everything excluded', '{ tools: { not: "*" } }'],
    ['every category excluded', '{ category: { not: [read, write, privileged_write, destructive] } }'],
  ])('a rule that never matches: %s', (_what, when) => {
    const head = 'default: deny\ncategories: [{ tools: "google/*", category: destructive }]';
    expect(findingsOf(`  - { id: a, effect: allow, when: ${when} }`, {}, head)).toEqual([
      ['never_matches', 'a', undefined, 5],
    ]);
  });

  it('a gate on an argument that every other tool lacks', () => {
    const gate = '{ id: a, effect: deny, when: { arguments: { amount: { gt: 5 } } } }';
    expect(findingsOf(`  - ${gate}`)).toEqual([['gates_missing_argument', 'a', undefined, 4]]);
    const guarded = '{ id: a, effect: deny, when: { arguments: { amount: { exists: true, gt: 5 } } } }';
    expect(findingsOf(`  - ${guarded}`)).toEqual([]);
  });

  it('groups and users that the directory does not have, and approvals that can not come about', () => {
    const rules = `
  - { id: a, effect: deny, when: { groups: [staff, ghosts] } }
  - id: b
    effect: approval
    when: { tools: "*" }
    approval:
      steps: [{ from: [group:staff, group:nobody], votes: 1 }, { from: [user:ada], votes: 2 }]
      expires_in_seconds: 60
      escalate: [{ after_seconds: 90, to: [user:ghost] }]`;
    expect(findingsOf(rules, { groups: ['staff'], principals: ['ada'] })).toEqual([
      ['unknown_group', 'a', undefined, 5],
      ['unknown_group', 'b', undefined, 10],
      ['impossible_quorum', 'b', undefined, 10],
      ['unknown_principal', 'b', undefined, 12],
      ['never_fires', 'b', undefined, 12],
    ]);
    expect(findingsOf(rules).map(([kind]) => kind)).toEqual(['impossible_quorum', 'never_fires']);
  });

  it('only what is so: no finding names a rule that makes a difference', () => {
    const silent = ['shadowed', 'contradictory_effects'];
    const spare = ['duplicate', 'redundant'];
    let seen = 0;
    fc.assert(
      fc.property(
        arbitraryPolicy,
        fc.array(arbitraryRequest, { minLength: 5, maxLength: 10 }),
        (policy, requests) => {
          const document = parsePolicy(JSON.stringify(policy), 'p.json');
          const engine = compilePolicy(document);
          for (const { kind, rule_id } of checkPolicy(document)) {
            const rule = policy.rules.find(({ id }) => id === rule_id);
            const rules = policy.rules.filter(({ id }) => id !== rule_id);
            const without = compilePolicy(parsePolicy(JSON.stringify({ ...policy, rules }), 'p.json'));
            seen += 1;
            for (const request of requests) {
              const decision = engine.decide(request);
              if (silent.includes(kind) || (kind === 'never_matches' && rule?.effect === 'allow'))
                expect(decision.rule_ids).not.toContain(rule_id);
              if (silent.includes(kind) || spare.includes(kind)) {
                const { effect, requirement } = without.decide(request);
                expect([effect, stepSet(requirement?.steps)]).toEqual([
                  decision.effect,
                  stepSet(decision.requirement?.steps),
                ]);
              }
            }
          }
        },
      ),
      { numRuns: 400 },
    );
    expect(seen).toBeGreaterThan(100);
  });
});

/** Neither the order of steps of equal rules nor that of their approvers demands anything. */
function stepSet(steps: readonly ApprovalStep[] = []) {
  return new Set(steps.map(({ from, votes }) => ({ from: [...from].sort(), votes })));
}
