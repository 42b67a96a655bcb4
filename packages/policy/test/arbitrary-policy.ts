import type { JsonObject, Principal } from '@hitl/core';
import fc from 'fast-check';
import type { PolicyRequest } from '../src/index.ts';
import type { NaivePolicy, NaiveRule } from './naive-decide.ts';

/** Small worlds, so that rules and requests meet often. */
const effects = ['allow', 'approval', 'deny'] as const;
const categories = ['read', 'write', 'privileged_write', 'destructive'] as const;
const environments = ['dev', 'staging', 'prod'] as const;
const groups = ['security', 'it-operations', 'staff', 'interns'] as const;
const users = ['ada@example.com', 'bob@example.com', 'eve@partner.org', 'robot'] as const;
const tools = ['google/list_users', 'google/create_user', 'jira/create_project', 'jira/list_x'] as const;
const toolGlobs = [...tools, 'google/*', '*/list_*', '*/c*t*', 'jira/list_?', '*'] as const;
const texts = [
  'Admin',
  'ReadOnly',
  'ada@example.com',
  'x@EXAMPLE.com',
  'a@b@example.com',
  'me@partner.org',
  '',
  'é💡',
];

function listTest<T extends string>(values: readonly T[]): fc.Arbitrary<unknown> {
  const some = fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { weight: 4, arbitrary: some },
    { weight: 1, arbitrary: fc.constantFrom(...values) },
    { weight: 1, arbitrary: some.map((not) => ({ not })) },
  );
}

const scalar = fc.oneof(fc.constantFrom(...texts.slice(0, 4)), fc.integer({ min: -2, max: 9 }), fc.boolean());
const bound = fc.integer({ min: -1, max: 8 });

const argumentTest: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  test: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc
      .record(
        {
          equals: scalar,
          in: fc.array(scalar, { minLength: 1, maxLength: 3 }),
          matches: fc.constantFrom('Admin', '^A', '[a-z]+@', 'only$', '^(a+)+$'),
          prefix: fc.constantFrom('A', 'Re', 'x@'),
          suffix: fc.constantFrom('n', '.com', 'Only'),
          domain: fc.constantFrom('example.com', 'Partner.org', ['example.com', 'partner.org']),
          gt: bound,
          gte: bound,
          lt: bound,
          lte: bound,
          exists: fc.boolean(),
          length: fc.oneof(bound, fc.record({ gte: bound }), fc.record({ lt: bound, gt: bound })),
          not: tie('test'),
        },
        { requiredKeys: [] },
      )
      .chain((test) => {
        const keys = Object.keys(test) as (keyof typeof test)[];
        if (keys.length === 0) return fc.constant({ exists: true } as unknown);
        return fc
          .subarray(keys, { minLength: 1, maxLength: Math.min(2, keys.length) })
          .map((kept) => Object.fromEntries(kept.map((key) => [key, test[key]])) as unknown);
      }),
  ),
})).test;

const time = fc.record({
  window: fc.oneof(
    fc.constantFrom(
      '* 9-16 * * mon-fri',
      '*/15 * * * *',
      '30-59 22,23 * * 7',
      '0/7 * 1-15 jan-jun 0-3',
      '* * 29 2 *',
    ),
    fc.constant(['* 0-8 * * *', '* 17-23 * * sat,sun']),
  ),
  zone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
});

const paths = [
  'amount',
  'role',
  'owner.mail',
  'issues[].labels',
  'issues[].size',
  'tags[]',
  'toString',
] as const;

const when = fc
  .record(
    {
      tools: listTest(toolGlobs),
      servers: listTest(['google', 'jira', '*', 'g*', '?ira']),
      category: listTest(categories),
      environment: listTest(environments),
      principals: listTest([...users, 'user:*@example.com', 'service:robot', 'user:robot', '*@partner.org']),
      groups: listTest(groups),
      time,
      rate: fc.record({ n: fc.integer({ min: 1, max: 4 }), per_seconds: fc.constantFrom(60, 3600) }),
      arguments: fc.dictionary(fc.constantFrom(...paths), argumentTest, { minKeys: 1, maxKeys: 2 }),
    },
    { requiredKeys: [] },
  )
  .chain((all) => {
    const names = Object.keys(all) as (keyof typeof all)[];
    if (names.length === 0) return fc.constant({ tools: '*' } as Record<string, unknown>);
    return fc
      .subarray(names, { minLength: 1, maxLength: Math.min(3, names.length) })
      .map((kept) => Object.fromEntries(kept.map((name) => [name, all[name]])) as Record<string, unknown>);
  });

const approval = fc.record(
  {
    steps: fc.array(
      fc.record({
        from: fc.uniqueArray(fc.constantFrom('group:security', 'group:it-operations', 'user:ada'), {
          minLength: 1,
        }),
        votes: fc.integer({ min: 1, max: 3 }),
      }),
      { minLength: 1, maxLength: 2 },
    ),
    expires_in_seconds: fc.constantFrom(60, 3600),
    assurance: fc.constantFrom('asserted', 'linked', 'mfa'),
    remind_after_seconds: fc.uniqueArray(fc.constantFrom(10, 20, 30)),
    slack_channels: fc.array(fc.constantFrom('C0000000A', 'C0000000B', 'G0000000C'), {
      minLength: 1,
      maxLength: 3,
    }),
  },
  { requiredKeys: [] },
);

export const arbitraryRule: fc.Arbitrary<Omit<NaiveRule, 'id'>> = fc
  .record({
    effect: fc.constantFrom(...effects),
    when,
    reason: fc.string({ minLength: 1, maxLength: 8 }),
    approval,
  })
  .map(({ approval: block, ...rule }) => (rule.effect === 'approval' ? { ...rule, approval: block } : rule));

export type AuthoredPolicy = NaivePolicy & { readonly version: 1; readonly default_approval?: unknown };

export const arbitraryPolicy: fc.Arbitrary<AuthoredPolicy> = fc
  .record({
    default: fc.constantFrom('approval' as const, 'deny' as const),
    categories: fc.array(
      fc.record({
        tools: fc.uniqueArray(fc.constantFrom(...toolGlobs), { minLength: 1, maxLength: 2 }),
        category: fc.constantFrom(...categories),
      }),
      { maxLength: 3 },
    ),
    rules: fc.array(arbitraryRule, { maxLength: 12 }),
  })
  .map((policy) => ({
    version: 1,
    ...policy,
    rules: policy.rules.map((rule, i) => ({ id: `rule-${i}`, ...rule })),
  }));

const value = fc.oneof(
  scalar,
  fc.constantFrom(...texts),
  fc.constant(null),
  fc.array(scalar, { maxLength: 3 }),
);
const issue = fc.oneof(
  { weight: 5, arbitrary: fc.record({ labels: value, size: value }, { requiredKeys: [] }) },
  { weight: 1, arbitrary: value },
);
const callArguments = fc.record(
  {
    amount: value,
    role: value,
    owner: fc.oneof(fc.record({ mail: value }, { requiredKeys: [] }), value),
    issues: fc.oneof(
      { weight: 4, arbitrary: fc.array(issue, { maxLength: 3 }) },
      { weight: 1, arbitrary: value },
    ),
    tags: value,
  },
  { requiredKeys: [] },
) as fc.Arbitrary<JsonObject>;

const principal: fc.Arbitrary<Principal> = fc.record({
  id: fc.constantFrom(...users, 'user:robot'),
  kind: fc.constantFrom('user' as const, 'service' as const),
  groups: fc.array(fc.constantFrom(...groups, 'others'), { maxLength: 3 }),
  assurance: fc.constant('authenticated' as const),
});

export const arbitraryRequest: fc.Arbitrary<PolicyRequest> = fc.record(
  {
    principal,
    call: fc
      .tuple(fc.constantFrom(...tools, 'other/thing', 'google/list_users/x'), callArguments)
      .map(([name, args]) => ({
        server: name.slice(0, name.indexOf('/')),
        tool: name.slice(name.indexOf('/') + 1),
        arguments: args,
      })),
    environment: fc.constantFrom(...environments, 'elsewhere', ''),
    declared_category: fc.constantFrom(...categories),
    annotations: fc.record(
      { readOnlyHint: fc.boolean(), destructiveHint: fc.boolean() },
      { requiredKeys: [] },
    ),
    is_trusted: fc.boolean(),
    now_ms: fc.oneof(
      fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2028, 0, 1) }),
      fc.constant(Number.NaN),
    ),
    rate_counts: fc
      .array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 5 })), { maxLength: 12 })
      .map((counts) => new Map(counts.map(([i, count]) => [`rule-${i}`, count]))),
  },
  { requiredKeys: ['principal', 'call', 'environment', 'now_ms'] },
);
