import type { Principal } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { buildEngine, buildRequest } from '../test/build-request.ts';
import { compilePolicy, parsePolicy } from './index.ts';

/** What other policy engines get wrong, each by name. */
describe('traps of other policy engines', () => {
  it.each([
    ['missing', {}],
    ['text', { amount: '5' }],
    ['null', { amount: null }],
    ['a list', { amount: [5] }],
  ])('a numeric "less than" does not allow where the argument is %s', (_what, args) => {
    const engine = buildEngine(
      '  - { id: small, effect: allow, when: { arguments: { amount: { lt: 10 } } } }',
    );
    expect(engine.decide(buildRequest('shop/buy', { amount: 5 })).effect).toBe('allow');
    expect(engine.decide(buildRequest('shop/buy', args))).toMatchObject({ effect: 'deny', rule_ids: [] });
  });

  it.each([
    ['missing', {}],
    ['text', { amount: '5' }],
    ['null', { amount: null }],
  ])('a deny that reads an argument applies where the argument is %s', (_what, args) => {
    const engine = buildEngine(`
  - { id: buying, effect: allow, when: { tools: "shop/buy" } }
  - { id: not-much, effect: deny, when: { tools: "shop/buy", arguments: { amount: { gt: 10 } } } }`);
    expect(engine.decide(buildRequest('shop/buy', { amount: 5 })).effect).toBe('allow');
    expect(engine.decide(buildRequest('shop/buy', args))).toMatchObject({
      effect: 'deny',
      rule_ids: ['not-much'],
    });
  });

  it('an approval that reads a missing argument applies too', () => {
    const engine = buildEngine(`
  - { id: buying, effect: allow, when: { tools: "shop/buy" } }
  - { id: ask, effect: approval, when: { tools: "shop/buy", arguments: { currency: { not: EUR } } } }`);
    expect(engine.decide(buildRequest('shop/buy', { currency: 'EUR' })).effect).toBe('allow');
    expect(engine.decide(buildRequest('shop/buy')).effect).toBe('approval');
  });

  it('"not" does not allow where the argument is missing', () => {
    const engine = buildEngine(
      '  - { id: a, effect: allow, when: { arguments: { role: { not: { matches: Admin } } } } }',
    );
    expect(engine.decide(buildRequest('google/x', { role: 'Reader' })).effect).toBe('allow');
    expect(engine.decide(buildRequest('google/x', { role: 'Admin' })).effect).toBe('deny');
    expect(engine.decide(buildRequest('google/x')).effect).toBe('deny');
    expect(engine.decide(buildRequest('google/x', { role: 7 })).effect).toBe('deny');
  });

  it('an allow through one group does not beat a deny that names another', () => {
    const rules = `
  - { id: staff-may, effect: allow, when: { groups: staff } }
  - { id: interns-may-not, effect: deny, when: { groups: interns } }`;
    const principal: Principal = {
      id: 'ivo',
      kind: 'user',
      groups: ['staff', 'interns'],
      assurance: 'linked',
    };
    const decision = buildEngine(rules).decide(buildRequest('google/x', {}, { principal }));
    expect(decision).toMatchObject({ effect: 'deny', rule_ids: ['interns-may-not'] });
  });

  it('no allow beats "approval", wherever in the file it stands and however narrow it is', () => {
    const engine = buildEngine(`
  - { id: first, effect: allow, when: { tools: "*" } }
  - { id: ask, effect: approval, when: { tools: "google/*" } }
  - { id: last, effect: allow, when: { tools: "google/create_user", principals: ada@example.com, groups: staff } }`);
    expect(engine.decide(buildRequest())).toMatchObject({ effect: 'approval', rule_ids: ['ask'] });
  });

  it.each(["$'", '$&', '$1 $$ $`', '{{id}} %s \\n', '</script>'])(
    'a reason with %s is shown as it stands',
    (text) => {
      const policy = {
        version: 1,
        default: 'deny',
        rules: [
          {
            id: 'r',
            effect: 'deny',
            when: { arguments: { name: { equals: text } } },
            reason: `It's ${text}.`,
          },
        ],
      };
      const engine = compilePolicy(parsePolicy(JSON.stringify(policy), 'p.json'));
      expect(engine.decide(buildRequest('google/x', { name: text })).reasons).toEqual([`It's ${text}.`]);
      expect(engine.decide(buildRequest('google/x', { name: `${text}.` })).rule_ids).toEqual([]);
    },
  );

  it('a catastrophic pattern costs no more than its text is long', () => {
    const engine = buildEngine(
      '  - { id: r, effect: deny, when: { arguments: { name: { matches: "^(a+)+$" } } } }',
    );
    // By backtracking this is 2^100,000 steps: it would never end.
    const decision = engine.decide(buildRequest('google/x', { name: `${'a'.repeat(100_000)}!` }));
    expect(decision.rule_ids).toEqual([]);
  });

  it.each([
    [
      'effect',
      '  - { id: r, effect: not_applicable, when: { tools: "*" } }',
      'unknown word "not_applicable"',
    ],
    [
      'condition',
      '  - { id: r, effect: deny, when: { tool: "a/b" } }',
      'unknown condition "tool"; did you mean "tools"?',
    ],
    [
      'operator',
      '  - { id: r, effect: deny, when: { arguments: { a: { regex: b } } } }',
      'unknown operator "regex"',
    ],
    ['category', '  - { id: r, effect: deny, when: { category: admin } }', 'unknown category "admin"'],
    ['key', '  - { id: r, effect: deny, when: { tools: "*" }, priority: 9 }', 'unknown key "priority"'],
    [
      'level of assurance',
      '  - { id: r, effect: approval, when: { tools: "*" }, approval: { assurance: strong } }',
      'unknown word "strong"',
    ],
    [
      'operator that every object inherits',
      '  - { id: r, effect: deny, when: { arguments: { a: { toString: b } } } }',
      'unknown operator "toString"',
    ],
    [
      'condition named __proto__',
      '  - { id: r, effect: deny, when: { __proto__: { tools: "*" } } }',
      'unknown condition "__proto__"',
    ],
  ])(
    'an unknown %s is an error that names its line, not a rule that never applies',
    (_what, rule, message) => {
      expect(() => buildEngine(rule)).toThrow(message);
      expect(() => buildEngine(rule)).toThrow(/^test\.yaml:4:\d+: rules\[0\]/);
    },
  );

  it('a window follows its zone through the change to summer time', () => {
    const engine = buildEngine(
      '  - { id: office, effect: allow, when: { time: { window: "* 9-16 * * mon-fri", zone: Europe/Berlin } } }',
    );
    const at = (iso: string) => engine.decide(buildRequest('a/b', {}, { now_ms: Date.parse(iso) })).effect;
    // The Friday before and the Monday after 29 March 2026.
    expect(at('2026-03-27T07:59:59Z')).toBe('deny');
    expect(at('2026-03-27T08:00:00Z')).toBe('allow');
    expect(at('2026-03-30T06:59:59Z')).toBe('deny');
    expect(at('2026-03-30T07:00:00Z')).toBe('allow');
    expect(at('2026-03-30T14:59:59Z')).toBe('allow');
    expect(at('2026-03-30T15:00:00Z')).toBe('deny');
    expect(at('2026-03-28T10:00:00Z')).toBe('deny');
  });

  it('"denied by a rule" and "no rule matched" are told apart', () => {
    const engine = buildEngine(
      '  - { id: never, effect: deny, when: { tools: "google/*" }, reason: Not here. }',
    );
    expect(engine.decide(buildRequest('google/x'))).toMatchObject({
      rule_ids: ['never'],
      reasons: ['Not here.'],
    });
    const unmatched = engine.decide(buildRequest('jira/x'));
    expect(unmatched).toMatchObject({ effect: 'deny', rule_ids: [] });
    expect(unmatched.reasons).toEqual(["No rule matched; the policy's default is deny."]);
  });

  it('an argument that only the prototype has is missing', () => {
    const engine = buildEngine(
      '  - { id: r, effect: allow, when: { arguments: { constructor: { exists: true } } } }',
    );
    expect(engine.decide(buildRequest('a/b')).effect).toBe('deny');
    const own = JSON.parse('{"constructor": "x"}');
    expect(engine.decide(buildRequest('a/b', own)).effect).toBe('allow');
  });
});
