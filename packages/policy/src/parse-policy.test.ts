import { InvalidInputError } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { compilePolicy, PolicyFileError, parsePolicy } from './index.ts';

function problemsOf(text: string): readonly string[] {
  try {
    parsePolicy(text, 'p.yaml');
  } catch (error) {
    if (!(error instanceof PolicyFileError)) throw error;
    return error.problems.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`);
  }
  return [];
}
const rule = (body: string) => `version: 1\ndefault: deny\nrules:\n  - ${body}\n`;

describe('a policy file', () => {
  it('is read the same from YAML and JSON, with shorthands and without', () => {
    const yaml = `
version: 1
default: approval # never allow
rules:
  - id: a
    effect: allow
    when: { category: read, tools: "google/*", arguments: { kind: user, size: { length: 3, not: x }, to: { domain: Example.com } } }
`;
    const json = JSON.stringify({
      rules: [
        {
          when: {
            arguments: {
              to: { domain: ['example.com'] },
              size: { not: { equals: 'x' }, length: { equals: 3 } },
              kind: { equals: 'user' },
            },
            tools: ['google/*'],
            category: ['read'],
          },
          effect: 'allow',
          id: 'a',
        },
      ],
      categories: [],
      default: 'approval',
      version: 1,
    });
    const [a, b] = [parsePolicy(yaml, 'p.yaml'), parsePolicy(json, 'p.json')];
    expect(a.policy).toEqual(b.policy);
    expect(compilePolicy(a).digest).toBe(compilePolicy(b).digest);
  });

  it('that is wrong in several places names them all, each with its line, in one error', () => {
    const text = `version: 1
default: allow
rules:
  - id: a
    efect: deny
    when:
      tools: [google]
      arguments:
        role: { matches: "(?=x)", mach: 1 }
`;
    expect(problemsOf(text)).toEqual([
      '2:1 default: unknown word "allow"; known: approval, deny',
      '4:5 rules[0].effect: is missing; must be allow or approval or deny',
      '5:5 rules[0].efect: unknown key "efect"; did you mean "effect"? known: id, effect, when, reason, approval',
      '7:15 rules[0].when.tools[0]: "google" names no tool; write SERVER/TOOL, for example "google/list_*"',
      expect.stringMatching(
        /^9:17 rules\[0\]\.when\.arguments\.role\.matches: "\(\?=x\)" is not a regular expression of RE2/,
      ),
      expect.stringMatching(
        /^9:35 rules\[0\]\.when\.arguments\.role\.mach: unknown operator "mach"; did you mean "matches"|^9:35 .*unknown operator "mach"/,
      ),
    ]);
    const error = (() => {
      try {
        return parsePolicy(text, 'p.yaml');
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toMatchObject({
      message: 'p.yaml:2:1: default: unknown word "allow"; known: approval, deny (and 5 more)',
      errors: expect.arrayContaining([{ path: 'default', message: expect.any(String) }]),
    });
  });

  it.each([
    ['an empty file', '', 'is empty; must be a mapping'],
    ['a list', '- a', 'is a list; must be a mapping'],
    ['another version', 'version: 2\ndefault: deny\nrules: []', 'version: is 2; must be 1'],
    ['no default', 'version: 1\nrules: []', 'default: is missing; must be approval or deny'],
    ['broken YAML', 'version: 1\ndefault: [deny', '2:'],
    [
      'two documents',
      `${rule('{ id: a, effect: deny, when: { tools: "*" } }')}---\nversion: 1\n`,
      'multiple documents',
    ],
    ['an unknown tag', 'version: !!js/function x\ndefault: deny\nrules: []', 'tag'],
    [
      'a key twice',
      'version: 1\ndefault: deny\ndefault: approval\nrules: []',
      '3:1 : Map keys must be unique',
    ],
    [
      'a key twice in JSON',
      '{"version":1,"default":"deny","rules":[],\n"rules":[]}',
      '2:1 : Map keys must be unique',
    ],
    [
      'a key twice in JSON, once escaped',
      '{"version":1,"default":"deny","rules":[],\n"r\\u0075les":[]}',
      '2:1 : Map keys must be unique',
    ],
    [
      'an id twice',
      `${rule('{ id: a, effect: deny, when: { tools: "*" } }')}  - { id: a, effect: allow, when: { tools: "*" } }`,
      '5:7 rules[1].id: "a" is already the id of rules[0]',
    ],
    [
      'an id with a blank',
      rule('{ id: a b, effect: deny, when: { tools: "*" } }'),
      'an id is up to 128 letters',
    ],
    [
      'no condition',
      rule('{ id: a, effect: allow, when: {} }'),
      'is empty; name at least one condition; for every call write { tools: "*" }',
    ],
    ['no "when"', rule('{ id: a, effect: allow }'), 'rules[0].when: is missing'],
    [
      'an approval block on an allow',
      rule('{ id: a, effect: allow, when: { tools: "*" }, approval: { assurance: mfa } }'),
      'belongs to rules with effect approval',
    ],
    [
      'a bad glob',
      rule('{ id: a, effect: deny, when: { tools: "google/{a,b}" } }'),
      'is not a glob: "{" has no meaning',
    ],
    [
      'an empty list',
      rule('{ id: a, effect: deny, when: { groups: [] } }'),
      'is an empty list, which nothing can match',
    ],
    ['a prefixed group', rule('{ id: a, effect: deny, when: { groups: "group:ops" } }'), 'write ops here'],
    [
      'a bad approver',
      rule(
        '{ id: a, effect: approval, when: { tools: "*" }, approval: { steps: [{ from: [ops], votes: 1 }] } }',
      ),
      'an approver is written group:NAME or user:ID',
    ],
    [
      'no votes',
      rule(
        '{ id: a, effect: approval, when: { tools: "*" }, approval: { steps: [{ from: [group:ops], votes: 0 }] } }',
      ),
      'votes: is 0; must be at least 1',
    ],
    [
      'a channel by name',
      rule(
        '{ id: a, effect: approval, when: { tools: "*" },\n      approval: { slack_channels: [C0123456789, "#approvals"] } }',
      ),
      '5:49 rules[0].approval.slack_channels[1]: must be the id of a channel such as C0123456789, not its name',
    ],
    [
      'a channel by name, by default',
      'version: 1\ndefault: deny\ndefault_approval: { slack_channels: [approvals] }\nrules: []',
      '3:38 default_approval.slack_channels[0]: must be the id of a channel such as C0123456789, not its name',
    ],
    [
      'a list of no channels',
      rule('{ id: a, effect: approval, when: { tools: "*" }, approval: { slack_channels: [] } }'),
      'rules[0].approval.slack_channels: is an empty list; name at least one',
    ],
    [
      'a bad zone',
      rule('{ id: a, effect: deny, when: { time: { window: "* * * * *", zone: Mars/Base } } }'),
      'must be a time zone such as Europe/Berlin',
    ],
    ['no zone', rule('{ id: a, effect: deny, when: { time: { window: "* * * * *" } } }'), 'zone: is missing'],
    [
      'a window across midnight',
      rule('{ id: a, effect: deny, when: { time: { window: "* 22-5 * * *", zone: UTC } } }'),
      'write it as 22-23,0-5',
    ],
    [
      'a window of three fields',
      rule('{ id: a, effect: deny, when: { time: { window: "* 9-17 *", zone: UTC } } }'),
      'has 3 fields; write five',
    ],
    [
      'a comparison with a text',
      rule('{ id: a, effect: deny, when: { arguments: { a: { gt: "5" } } } }'),
      'gt: is "5"; must be a number',
    ],
    [
      'a list for a value',
      rule('{ id: a, effect: deny, when: { arguments: { a: [1, 2] } } }'),
      'is a list; write a value, or operators such as { in: [a, b] }',
    ],
    [
      'an empty value',
      rule('{ id: a, effect: deny, when: { arguments: { a: } } }'),
      'is empty; write a value',
    ],
    [
      'a number beyond exactness',
      rule('{ id: a, effect: deny, when: { arguments: { a: 12345678901234567890 } } }'),
      'put it in quotes',
    ],
    [
      'a broken argument path',
      rule('{ id: a, effect: deny, when: { arguments: { "a..b": 1 } } }'),
      'is no argument path',
    ],
    [
      'a rate of none',
      rule('{ id: a, effect: deny, when: { rate: { n: 0, per_seconds: 60 } } }'),
      'n: is 0; must be a whole number of at least 1',
    ],
    [
      'a category table with an unknown word',
      'version: 1\ndefault: deny\ncategories: [{ tools: "*", category: admin }]\nrules: []',
      '3:28 categories[0].category: unknown word "admin"',
    ],
  ])('with %s is refused', (_what, text, message) => {
    expect(problemsOf(text).join('\n')).toContain(message);
  });

  it('that nests or repeats beyond reason is refused, not run out of memory on', () => {
    const bomb = `a: &a [1,1,1,1,1,1,1,1,1]\n${'bcdefghij'
      .split('')
      .map((name, i) => `${name}: &${name} [${`*${'abcdefghij'[i]},`.repeat(9)}]`)
      .join('\n')}\n`;
    expect(problemsOf(bomb).join()).toContain('alias');
    const deep = `${'{"not":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    const text = `{"version":1,"default":"deny","rules":[{"id":"a","effect":"deny","when":{"arguments":{"a":${deep}}}}]}`;
    expect(() => parsePolicy(text, 'deep.json')).toThrow(PolicyFileError);
  });
});
