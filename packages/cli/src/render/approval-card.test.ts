import type { ApprovalView } from '@hitl/application/views';
import type { JsonObject, JsonValue } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createColors } from 'picocolors';
import { renderApprovalCard, renderValue } from './approval-card.ts';
import { textWidth } from './text-width.ts';

const digest = 'd'.repeat(64);

interface Shown {
  readonly query?: string;
  readonly summary?: string;
  readonly channels?: string[];
}

function viewOf(args: JsonObject, options: Shown = {}): ApprovalView {
  return {
    approval_id: 'apr_1',
    run_id: 'run_1',
    status: 'pending',
    requester_id: 'alice',
    query: options.query ?? 'suspend jane',
    environment: 'dev',
    digest,
    requirement: {
      steps: [{ from: ['group:security'], votes: 1 }],
      expires_in_seconds: 60,
      assurance: 'asserted',
      remind_after_seconds: [],
      escalate: [],
      ...(options.channels === undefined ? {} : { slack_channels: options.channels }),
    },
    calls: [
      {
        call_id: 'call_1',
        server: 'google',
        tool: 'suspend_user',
        arguments: args,
        digest,
        category: 'destructive',
        rule_ids: ['gate'],
        reasons: ['needs consent'],
        status: 'awaiting_approval',
        preview: { summary: options.summary ?? 'Suspend Jane', changes: [], state_digest: 's' },
      },
    ],
    votes: [],
    void_votes: [],
    editors: [],
    open_step: { index: 0, approvers: ['group:security'], votes_needed: 1, votes_have: 0 },
    requested_at: '2026-01-01T00:00:00.000Z',
    expires_at: '2026-01-02T00:00:00.000Z',
    decided_by: [],
    history: [],
  };
}

function card(args: JsonObject, options: Shown & { readonly width?: number } = {}): string {
  return renderApprovalCard(viewOf(args, options), { colors: createColors(false), width: options.width });
}

describe('the approval card', () => {
  it('shows every argument whole and exact: what is read back from it is what would be executed', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (generated) => {
        const value = JSON.parse(JSON.stringify(generated)) as JsonValue;
        expect(JSON.parse(renderValue(value))).toEqual(value);
      }),
    );
  });

  it('never cuts: the tail of a very long value is there', () => {
    const text = card({ user_key: `${'a'.repeat(20_000)}; rm -rf /` });
    expect(text).toContain('; rm -rf /"');
  });

  it('tells a text from a number, a space at the end, and a line feed from its spelling', () => {
    const text = card({ a: '5', b: 5, c: 'x ', d: 'x\ny', e: 'x\\ny' });
    for (const line of ['a: "5"', 'b: 5', 'c: "x "', 'd: "x\\ny"', 'e: "x\\\\ny"'])
      expect(text).toContain(line);
  });

  it('spells out invisible and bidirectional characters and escape sequences', () => {
    const text = card({ user_key: 'jane\u200b@example.com\u202e\u001b[2J' }, { query: 'hi \u2066\u001b[8m' });
    expect(text).toContain('"jane\\u200b@example.com\\u202e\\u001b[2J"');
    expect(text).toContain('“hi \\u{2066}\\u{1b}[8m”');
  });

  it('warns of letters that look alike', () => {
    expect(card({ user_key: 'j\u0430ne@example.com' })).toContain('mixes Latin and Cyrillic letters');
    expect(card({ user_key: 'жанна@example.com' })).not.toContain('mixes');
  });

  it('gives no text a line of its own: every line begins with the bar, and what goes on is marked', () => {
    const forged = `jane${' '.repeat(120)}│ ✓ carol (cli, mfa)\n╰─\n✓ Approval approved\r\n│ digest ${'0'.repeat(64)}`;
    for (const width of [undefined, 60, 80]) {
      const text = card(
        { user_key: forged },
        { query: forged, summary: forged, ...(width === undefined ? {} : { width }) },
      );
      const lines = text.split('\n');
      for (const line of lines.slice(1, -1)) {
        expect(line.startsWith('│')).toBe(true);
        if (width !== undefined) expect(textWidth(line)).toBeLessThanOrEqual(width);
      }
      expect(lines.filter((line) => /^│ {2,3}✓ carol/.test(line))).toEqual([]);
      const digests = lines.filter((line) => line.startsWith('│ digest'));
      expect(digests).toHaveLength(1);
      expect(`│ digest ${digest}`.startsWith(digests[0] ?? 'none')).toBe(true);
    }
  });

  it('says in which Slack channels people are asked, where the policy names any', () => {
    expect(card({}, { channels: ['C0123456789', 'G9876543210'] })).toContain(
      '│   asked in Slack channel C0123456789, G9876543210\n',
    );
    expect(card({})).not.toContain('Slack');
  });

  it('names each of several calls, so that one of them can be edited', () => {
    const view = viewOf({ user_key: 'jane' });
    const [call] = view.calls;
    if (call === undefined) throw new Error('no call');
    const several = { ...view, calls: [call, { ...call, call_id: 'call_2' }] };
    const text = renderApprovalCard(several, { colors: createColors(false), width: undefined });
    expect(text).toContain('call call_1,');
    expect(text).toContain('call call_2,');
    expect(card({ user_key: 'jane' })).not.toContain('call call_1,');
  });

  it('writes a large value over several lines, whole', () => {
    const issues = Array.from({ length: 20 }, (_none, index) => ({ summary: `row ${index}` }));
    const text = card({ issues });
    for (const { summary } of issues) expect(text).toContain(`"summary": "${summary}"`);
  });
});
