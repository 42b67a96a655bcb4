import { describe, expect, it } from '@jest/globals';
import { buildEngine } from '../test/build-request.ts';
import { runPolicyTable } from './index.ts';

const engine = buildEngine(`
  - { id: office, effect: deny, when: { tools: "pay/*", time: { window: "* 17-23 * * *", zone: Europe/Berlin } }, reason: Not at night. }
  - { id: big, effect: approval, when: { tools: "pay/*", groups: staff, arguments: { amount: { gte: 100 } } }, approval: { slack_channels: [C0123456789] } }
  - { id: few, effect: allow, when: { tools: "pay/*", rate: { n: 2, per_seconds: 60 } } }`);

describe('a table of cases', () => {
  it('passes where every decision is as expected', () => {
    // 18:30 in Berlin is within the window; the same moment in UTC would not be.
    const { passed, failed, text } = runPolicyTable(
      engine,
      `
- { name: small, tool: pay/send, groups: [staff], arguments: { amount: 5 }, rate_counts: { few: 1 }, expect: allow, rule: few }
- { name: big, server: pay, tool: send, user: ada, groups: [staff], arguments: { amount: 100 }, expect: approval, requirement: { assurance: authenticated, slack_channels: [C0123456789] } }
- { name: late, tool: pay/send, principal: { id: bot, kind: service }, at: "2026-07-01T18:30:00+02:00", category: destructive, expect: deny, rule: office, expect_category: destructive }
- { name: other, tool: x/y, expect: deny, rule: default }`,
    );
    expect([passed, failed, text.split('\n').length]).toEqual([4, 0, 6]);
  });

  it('shows for a failed case what was expected, what came and why', () => {
    const { cases, text } = runPolicyTable(
      engine,
      `cases:
  - { name: paying late, tool: pay/send, at: "2026-01-07T20:00:00Z", expect: allow, rule: few, expect_category: write }
`,
      'pay.cases.yaml',
    );
    expect(cases[0]).toMatchObject({ is_passed: false, line: 2 });
    expect(text).toBe(`FAIL  paying late (pay.cases.yaml:2)
        effect: expected allow, got deny
        category: expected write, got privileged_write
        rule: expected few, got office
        because office: Not at night.

0 passed, 1 failed`);
  });

  it('compares where a request would be posted', () => {
    const { cases } = runPolicyTable(
      engine,
      '- { name: big, tool: pay/send, groups: [staff], arguments: { amount: 100 }, expect: approval, requirement: { slack_channels: [C9876543210] } }',
    );
    expect(cases[0]?.differences).toEqual([
      'requirement.slack_channels: expected ["C9876543210"], got ["C0123456789"]',
    ]);
  });

  it.each([
    ['[]', 'cases:1:1: is an empty list; name at least one'],
    ['- { name: a, tool: x/y, expect: maybe }', '1:'],
    ['- { name: a, tool: y, expect: deny }', '"y" names no server; write SERVER/TOOL'],
    [
      '\n- { name: a, tool: x/y, expect: deny, expct: deny }',
      'cases:2:39: [0].expct: unknown key "expct"; did you mean "expect"?',
    ],
    ['- { name: a, tool: x/y, expect: deny, at: noon }', 'at:'],
  ])('that is wrong itself is refused with its line: %s', (text, message) => {
    expect(() => runPolicyTable(engine, text)).toThrow(message);
  });
});
