import type { ApprovalCategory, Principal } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { buildEngine, buildRequest } from '../test/build-request.ts';
import { decideSafely, fallbackRequirement } from './index.ts';

describe('effects', () => {
  it('names every matching rule of the effect that decides, in the order of the file, and no other', () => {
    const decision = buildEngine(`
  - { id: b, effect: approval, when: { groups: [staff, ops] }, reason: By group. }
  - { id: allowed, effect: allow, when: { tools: "*" } }
  - { id: c, effect: approval, when: { tools: "google/*" } }
  - { id: a, effect: approval, when: { principals: ada@example.com }, reason: By name. }`).decide(
      buildRequest(
        'google/x',
        {},
        {
          principal: { id: 'ada@example.com', kind: 'user', groups: ['ops', 'staff'], assurance: 'linked' },
        },
      ),
    );
    expect(decision.rule_ids).toEqual(['b', 'c', 'a']);
    expect(decision.reasons).toEqual(['By group.', 'Rule c matched.', 'By name.']);
  });

  it('asks for what every matching approval rule asks for', () => {
    const engine = buildEngine(`
  - { id: a, effect: approval, when: { tools: "*" }, approval: { steps: [{ from: [group:ops], votes: 1 }], assurance: linked } }
  - { id: b, effect: approval, when: { environment: prod }, approval: { steps: [{ from: [group:security], votes: 1 }, { from: [group:ops], votes: 2 }], expires_in_seconds: 60 } }`);
    expect(engine.decide(buildRequest()).requirement).toMatchObject({
      steps: [
        { from: ['group:ops'], votes: 2 },
        { from: ['group:security'], votes: 1 },
      ],
      assurance: 'linked',
      expires_in_seconds: 60,
    });
  });

  it('hands out requirements that no caller can change for the next', () => {
    const engine = buildEngine('  - { id: a, effect: approval, when: { tools: "*" } }');
    const { requirement } = engine.decide(buildRequest());
    expect(() => requirement?.steps.pop()).toThrow('Cannot delete property');
    expect(engine.decide(buildRequest()).requirement).toEqual(fallbackRequirement);
  });

  it('fills a block from default_approval, and that from the built-in fallback', () => {
    const engine = buildEngine(
      '  - { id: a, effect: approval, when: { tools: "a/*" }, approval: { assurance: mfa } }',
      'default: approval\ndefault_approval: { expires_in_seconds: 600 }',
    );
    expect(engine.decide(buildRequest('a/b')).requirement).toEqual({
      ...fallbackRequirement,
      expires_in_seconds: 600,
      assurance: 'mfa',
    });
    expect(engine.decide(buildRequest('x/y'))).toMatchObject({
      effect: 'approval',
      rule_ids: [],
      requirement: { ...fallbackRequirement, expires_in_seconds: 600 },
    });
  });

  it('names the Slack channels of every rule that matches, each filled from default_approval, and none where nobody does', () => {
    const rules = `
  - { id: a, effect: approval, when: { tools: "a/*" }, approval: { slack_channels: [C0000000A] } }
  - { id: b, effect: approval, when: { arguments: { both: true }, tools: "a/*" }, approval: { slack_channels: [C0000000B, C0000000A] } }
  - { id: c, effect: approval, when: { tools: "*" }, approval: { assurance: mfa } }`;
    const channelsOf = (head: string, name: string, args = {}) =>
      buildEngine(rules, `default: deny\n${head}`).decide(buildRequest(name, args)).requirement
        ?.slack_channels;
    expect(channelsOf('', 'a/b', { both: true })).toEqual(['C0000000A', 'C0000000B']);
    expect(channelsOf('', 'a/b', { both: false })).toEqual(['C0000000A']);
    expect(channelsOf('', 'x/y')).toBeUndefined();
    const byDefault = 'default_approval: { slack_channels: [C0000000D] }';
    expect(channelsOf(byDefault, 'x/y')).toEqual(['C0000000D']);
    expect(channelsOf(byDefault, 'a/b', { both: false })).toEqual(['C0000000A', 'C0000000D']);
  });
});

describe('categories', () => {
  const head = `default: deny
categories:
  - { tools: ["google/get_*"], category: read }
  - { tools: ["google/*"], category: write }`;
  const engine = buildEngine('  - { id: r, effect: deny, when: { tools: "x/y" } }', head);
  const categoryOf = (name: string, other = {}) => engine.categoryOf(buildRequest(name, {}, other));

  it('come from the first entry of the table that fits, else are privileged_write', () => {
    expect(categoryOf('google/get_user')).toBe('read');
    expect(categoryOf('google/create_user')).toBe('write');
    expect(categoryOf('other/get_user')).toBe('privileged_write');
  });

  it.each(['read', 'write', 'privileged_write', 'destructive'] as const)(
    'are never lowered by declaring %s',
    (declared) => {
      const order: ApprovalCategory[] = ['read', 'write', 'privileged_write', 'destructive'];
      const expected = order[Math.max(1, order.indexOf(declared))];
      expect(categoryOf('google/create_user', { declared_category: declared })).toBe(expected);
    },
  );

  it('are raised by any server that says "destructive" or "not read-only"', () => {
    expect(categoryOf('google/get_user', { annotations: { destructiveHint: true } })).toBe('destructive');
    expect(categoryOf('google/get_user', { annotations: { readOnlyHint: false } })).toBe('write');
    expect(categoryOf('google/get_user', { annotations: {} })).toBe('read');
  });

  it('are read by annotation only from a trusted server, and only where the table says nothing', () => {
    const annotations = { readOnlyHint: true };
    expect(categoryOf('other/x', { annotations })).toBe('privileged_write');
    expect(categoryOf('other/x', { annotations, is_trusted: true })).toBe('read');
    expect(categoryOf('google/create_user', { annotations, is_trusted: true })).toBe('write');
    const both = { readOnlyHint: true, destructiveHint: true };
    expect(categoryOf('other/x', { annotations: both, is_trusted: true })).toBe('destructive');
  });
});

describe('lists of arguments', () => {
  const allow = buildEngine(
    '  - { id: r, effect: allow, when: { arguments: { "issues[].label": { in: [safe, plain] } } } }',
  );
  const deny = buildEngine(
    '  - { id: r, effect: deny, when: { arguments: { "issues[].label": { equals: evil } } } }',
    'default: approval',
  );
  const issues = (...labels: (string | null)[]) =>
    buildRequest('jira/bulk', { issues: labels.map((label) => (label === null ? {} : { label })) });

  it('are allowed only when every element fits', () => {
    expect(allow.decide(issues('safe', 'plain')).effect).toBe('allow');
    expect(allow.decide(issues('safe', 'evil')).effect).toBe('deny');
    expect(allow.decide(issues('safe', null)).effect).toBe('deny');
    expect(allow.decide(issues()).effect).toBe('deny');
  });

  it('are denied as soon as one element fits or can not be judged', () => {
    expect(deny.decide(issues('safe', 'evil')).effect).toBe('deny');
    expect(deny.decide(issues('safe', null)).effect).toBe('deny');
    expect(deny.decide(issues('safe', 'plain')).effect).toBe('approval');
    expect(deny.decide(buildRequest('jira/bulk', { issues: 'evil' })).effect).toBe('deny');
  });
});

describe('e-mail domains', () => {
  const engine = buildEngine(
    '  - { id: r, effect: allow, when: { arguments: { to: { domain: example.com } } } }',
  );
  it.each([
    ['ada@example.com', 'allow'],
    ['ada@EXAMPLE.com', 'allow'],
    ['ada@sub.example.com', 'deny'],
    ['ada@example.com.evil.org', 'deny'],
    ['ada@evil.org@example.com', 'deny'],
    ['Ada <ada@example.com>', 'deny'],
    ['ada@evil.org,bob@example.com', 'deny'],
    ['@example.com', 'deny'],
    ['example.com', 'deny'],
    ['ada@evil.org\n@example.com', 'deny'],
  ])('of %j is decided %s', (to, effect) => {
    expect(engine.decide(buildRequest('mail/send', { to })).effect).toBe(effect);
  });

  it('that no mail system agrees on do not slip past a deny', () => {
    const gate = buildEngine(
      '  - { id: r, effect: deny, when: { tools: "mail/*", arguments: { to: { domain: evil.org } } } }',
      'default: approval',
    );
    for (const to of ['x@evil.org', 'x@evil.org.', 'x@a@evil.org', '<x@evil.org>'])
      expect(gate.decide(buildRequest('mail/send', { to })).effect).toBe('deny');
    expect(gate.decide(buildRequest('mail/send', { to: 'x@good.org' })).effect).toBe('approval');
  });
});

describe('rates', () => {
  const engine = buildEngine(`
  - { id: few, effect: allow, when: { tools: "mail/*", rate: { n: 3, per_seconds: 60 } } }
  - { id: flood, effect: deny, when: { tools: "mail/*", rate: { n: 5, per_seconds: 3600 } } }`);
  const decide = (few?: number, flood?: number) => {
    const counts = Object.entries({ few, flood }).filter(
      (entry): entry is [string, number] => entry[1] !== undefined,
    );
    return engine.decide(buildRequest('mail/send', {}, { rate_counts: new Map(counts) })).rule_ids;
  };

  it('are a budget: allowed until it is used up, denied from then on', () => {
    expect(decide(2, 2)).toEqual(['few']);
    expect(decide(3, 4)).toEqual([]);
    expect(decide(0, 5)).toEqual(['flood']);
  });

  it('fail closed where a count is missing', () => {
    expect(decide(undefined, 0)).toEqual([]);
    expect(decide(0, undefined)).toEqual(['flood']);
  });

  it('are asked for only by rules that apply otherwise', () => {
    expect(engine.rateQueries(buildRequest('mail/send'))).toEqual([
      { rule_id: 'few', window_seconds: 60 },
      { rule_id: 'flood', window_seconds: 3600 },
    ]);
    expect(engine.rateQueries(buildRequest('google/x'))).toEqual([]);
  });
});

describe('exclusions', () => {
  it('let a rule apply to everybody and everything but those named', () => {
    const engine = buildEngine(`
  - { id: outsiders, effect: deny, when: { groups: { not: [staff, security] } } }
  - { id: elsewhere, effect: approval, when: { environment: { not: dev } } }`);
    const principal: Principal = { id: 'eve', kind: 'user', groups: ['guests'], assurance: 'linked' };
    expect(engine.decide(buildRequest('a/b', {}, { principal })).rule_ids).toEqual(['outsiders']);
    expect(engine.decide(buildRequest('a/b')).rule_ids).toEqual(['elsewhere']);
    expect(engine.decide(buildRequest('a/b', {}, { environment: 'dev' })).rule_ids).toEqual([]);
  });

  it('do not count a call without an environment as being elsewhere, and gates apply to it', () => {
    const allow = buildEngine('  - { id: r, effect: allow, when: { environment: { not: prod } } }');
    const gate = buildEngine('  - { id: r, effect: deny, when: { environment: prod } }', 'default: approval');
    for (const environment of ['', undefined as unknown as string]) {
      expect(allow.decide(buildRequest('a/b', {}, { environment })).effect).toBe('deny');
      expect(gate.decide(buildRequest('a/b', {}, { environment })).effect).toBe('deny');
    }
    expect(allow.decide(buildRequest('a/b', {}, { environment: 'dev' })).effect).toBe('allow');
    expect(gate.decide(buildRequest('a/b', {}, { environment: 'dev' })).effect).toBe('approval');
  });
});

describe('a gate that breaks', () => {
  it('denies with the reason policy_error, whatever is thrown', () => {
    const engine = buildEngine('  - { id: r, effect: allow, when: { tools: "*" } }');
    const requests = [
      undefined,
      { ...buildRequest(), principal: undefined },
      { ...buildRequest(), call: null },
      buildRequest('a/b', {}, { declared_category: 'harmless' as ApprovalCategory }),
    ] as unknown as Parameters<typeof decideSafely>[1][];
    for (const request of requests) {
      const decision = decideSafely(engine, request);
      expect(decision).toMatchObject({ effect: 'deny', rule_ids: [], policy_digest: engine.digest });
      expect(decision.reasons[0]).toMatch(/^policy_error: /);
    }
    const broken = {
      get digest(): string {
        throw new Error('gone');
      },
      decide() {
        throw 'not even an error';
      },
    };
    expect(decideSafely(broken, buildRequest()).effect).toBe('deny');
  });

  it('decides the next request as if nothing had happened', () => {
    const engine = buildEngine('  - { id: r, effect: allow, when: { arguments: { a: 1 } } }');
    decideSafely(engine, undefined as unknown as ReturnType<typeof buildRequest>);
    expect(decideSafely(engine, buildRequest('a/b', { a: 1 })).effect).toBe('allow');
    expect(decideSafely(engine, buildRequest('a/b', { a: 2 })).effect).toBe('deny');
  });
});
