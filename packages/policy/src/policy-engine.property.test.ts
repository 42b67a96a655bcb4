import { type ApprovalStep, approvalCategories, canonicalJson } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import {
  type AuthoredPolicy,
  arbitraryPolicy,
  arbitraryRequest,
  arbitraryRule,
} from '../test/arbitrary-policy.ts';
import { naiveDecide, naiveMatches } from '../test/naive-decide.ts';
import { compilePolicy, decideSafely, parsePolicy } from './index.ts';

const compile = (policy: AuthoredPolicy) => compilePolicy(parsePolicy(JSON.stringify(policy), 'random.json'));
const worlds = fc.record({
  policy: arbitraryPolicy,
  requests: fc.array(arbitraryRequest, { minLength: 1, maxLength: 8 }),
});

describe('any policy and any request', () => {
  it('are decided as a plain reading of the file decides them', () => {
    fc.assert(
      fc.property(worlds, ({ policy, requests }) => {
        const engine = compile(policy);
        for (const request of requests) {
          const { effect, rule_ids, category } = engine.decide(request);
          expect({ effect, rule_ids, category }).toEqual(naiveDecide(policy, request));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('get the same decision again, whatever was decided in between', () => {
    fc.assert(
      fc.property(worlds, ({ policy, requests }) => {
        const engine = compile(policy);
        const first = requests.map((request) => engine.decide(request));
        expect(requests.toReversed().map((request) => engine.decide(request))).toEqual(first.toReversed());
        expect(requests.map((request) => compile(policy).decide(request))).toEqual(first);
      }),
      { numRuns: 200 },
    );
  });

  it('are explained as they are decided', () => {
    fc.assert(
      fc.property(worlds, ({ policy, requests }) => {
        const engine = compile(policy);
        for (const request of requests) {
          const { decision, rules, category } = engine.explain(request);
          expect(decision).toEqual(engine.decide(request));
          expect(category.category).toBe(decision.category);
          for (const { rule_id, is_matched } of rules) {
            const rule = policy.rules.find(({ id }) => id === rule_id);
            expect(rule !== undefined && naiveMatches(rule, request, decision.category)).toBe(is_matched);
          }
          const decisive = rules.filter(({ is_decisive }) => is_decisive).map(({ rule_id }) => rule_id);
          expect(decisive).toEqual(decision.rule_ids);
          const winners = rules.filter((rule) => rule.is_matched && rule.effect === decision.effect);
          expect(winners.map(({ rule_id }) => rule_id)).toEqual(decision.rule_ids);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never decide milder for an added deny or approval rule, nor graver for an added allow rule', () => {
    const gravity = { allow: 0, approval: 1, deny: 2 };
    fc.assert(
      fc.property(worlds, arbitraryRule, ({ policy, requests }, extra) => {
        const before = compile(policy);
        const after = compile({ ...policy, rules: [...policy.rules, { id: 'extra', ...extra }] });
        for (const request of requests) {
          const old = before.decide(request);
          const now = after.decide(request);
          // The default gives way to any rule; between rules the graver wins.
          if (old.rule_ids.length === 0) continue;
          if (extra.effect === 'allow') expect(now.effect).toBe(old.effect);
          else expect(gravity[now.effect]).toBeGreaterThanOrEqual(gravity[old.effect]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never get a lower category by what the caller declares or an untrusted server says', () => {
    fc.assert(
      fc.property(arbitraryPolicy, arbitraryRequest, (policy, request) => {
        const engine = compile(policy);
        const { declared_category: _declared, annotations, is_trusted: _trusted, ...plain } = request;
        const rank = (one: typeof request) => approvalCategories.indexOf(engine.categoryOf(one));
        const bare = rank(plain);
        for (const declared of approvalCategories)
          expect(rank({ ...plain, declared_category: declared })).toBeGreaterThanOrEqual(bare);
        if (annotations !== undefined) expect(rank({ ...plain, annotations })).toBeGreaterThanOrEqual(bare);
      }),
      { numRuns: 500 },
    );
  });

  it('have a digest that layout, key order and file format do not change, and any change of meaning does', () => {
    fc.assert(
      fc.property(arbitraryPolicy, arbitraryRule, (policy, extra) => {
        const { digest } = compile(policy);
        expect(compile(reverseKeys(policy) as AuthoredPolicy).digest).toBe(digest);
        expect(compilePolicy(parsePolicy(stringify(policy), 'random.yaml')).digest).toBe(digest);
        const changed = { ...policy, rules: [...policy.rules, { id: 'extra', ...extra }] };
        expect(compile(changed).digest).not.toBe(digest);
      }),
      { numRuns: 200 },
    );
  });

  it('carry a requirement exactly when approval is needed, at least as strict as each matching rule', () => {
    fc.assert(
      fc.property(worlds, ({ policy, requests }) => {
        const engine = compile(policy);
        for (const request of requests) {
          const decision = decideSafely(engine, request);
          expect(decision.requirement !== undefined).toBe(decision.effect === 'approval');
          for (const id of decision.effect === 'approval' ? decision.rule_ids : []) {
            const block = engine.rules.find((rule) => rule.id === id)?.approval;
            for (const { from } of block?.steps ?? []) {
              const asked = votesOf(block?.steps ?? [], from);
              expect(votesOf(decision.requirement?.steps ?? [], from)).toBeGreaterThanOrEqual(asked);
            }
            const limit = block?.expires_in_seconds ?? Number.POSITIVE_INFINITY;
            expect(decision.requirement?.expires_in_seconds).toBeLessThanOrEqual(limit);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('are posted to every channel that a matching rule names, and to no other', () => {
    fc.assert(
      fc.property(worlds, ({ policy, requests }) => {
        const engine = compile(policy);
        for (const request of requests) {
          const { requirement, rule_ids } = engine.decide(request);
          const named = engine.rules
            .filter(({ id }) => rule_ids.includes(id))
            .flatMap(({ approval }) => approval?.slack_channels ?? []);
          expect(new Set(requirement?.slack_channels)).toEqual(new Set(named));
          if (named.length === 0 && requirement !== undefined)
            expect(requirement).not.toHaveProperty('slack_channels');
        }
      }),
      { numRuns: 300 },
    );
  });

  it('ask for exactly those rates that can change the decision', () => {
    fc.assert(
      fc.property(worlds, ({ policy, requests }) => {
        const engine = compile(policy);
        for (const request of requests) {
          const named = engine.rateQueries(request).map(({ rule_id }) => rule_id);
          const unasked = policy.rules.filter(({ id }) => !named.includes(id));
          const counts = (count: number) => new Map(unasked.map(({ id }) => [id, count]));
          const asked = [...(request.rate_counts ?? [])].filter(([id]) => named.includes(id));
          const decide = (count: number) =>
            engine.decide({ ...request, rate_counts: new Map([...asked, ...counts(count)]) });
          expect(decide(0)).toEqual(decide(1_000));
        }
      }),
      { numRuns: 300 },
    );
  });
});

function votesOf(steps: readonly ApprovalStep[], from: readonly string[]): number {
  const same = steps.filter((step) => canonicalJson(step.from.toSorted()) === canonicalJson(from.toSorted()));
  return same.reduce((sum, { votes }) => sum + votes, 0);
}

function reverseKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reverseKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, reverseKeys(member)]),
  );
}
