import { redacted } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { buildEngine, buildRequest } from '../test/build-request.ts';

describe('an explanation', () => {
  const engine = buildEngine(`
  - { id: reads, effect: allow, when: { category: read } }
  - { id: mine, effect: allow, when: { tools: "google/*", arguments: { amount: { lt: 10 } } } }
  - { id: big, effect: approval, when: { arguments: { amount: { gt: 100 } } } }
  - { id: hushed, effect: deny, when: { arguments: { api_key: { prefix: sk } } } }
  - { id: office, effect: deny, when: { time: { window: "* 9-16 * * *", zone: America/New_York } } }`);
  const { rules, category } = engine.explain(
    buildRequest('google/create_user', { amount: 'many', api_key: 'k'.repeat(9) }),
  );
  const textOf = (id: string) => rules.find((rule) => rule.rule_id === id)?.text;

  it('says of every rule whether it matched, and what was expected and found where it did not', () => {
    expect(rules.map((rule) => [rule.rule_id, rule.is_matched, rule.is_decisive])).toEqual([
      ['reads', false, false],
      ['mine', false, false],
      ['big', true, true],
      ['hushed', false, false],
      ['office', false, false],
    ]);
    expect(textOf('reads')).toBe('allow: not matched, because category: expected read, got privileged_write');
    expect(textOf('mine')).toBe('allow: not matched, because arguments.amount: expected < 10, got "many"');
    expect(textOf('office')).toBe(
      'deny: not matched, because time: expected within "* 9-16 * * *" in America/New_York, got Wed 01-07 07:00 in America/New_York',
    );
  });

  it('says which gates apply only because the call does not say enough', () => {
    expect(textOf('big')).toBe(
      'approval: matched (fails closed, because arguments.amount: expected > 100, got "many")',
    );
  });

  it('never repeats a secret', () => {
    expect(textOf('hushed')).toContain(redacted);
    expect(JSON.stringify(rules)).not.toContain('kkk');
  });

  it('says how the category came about', () => {
    expect(category).toEqual({
      category: 'privileged_write',
      because: ['the table has no entry, so it counts as privileged_write'],
    });
    const raised = engine.explain(buildRequest('a/b', {}, { declared_category: 'read' })).category;
    expect(raised.because.at(-1)).toBe('the caller declared read, which would lower it and does not count');
  });
});
