import { approvalCategories, type JsonObject, type JsonValue, visibleJson } from '@hitl/core';
import { checkBlocks } from '@hitl/testing/slack';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { callOf, factsOf, nowMs } from '../../test/approval-facts.ts';
import { actionIdsOf, livePartsOf, nodesOf, textOfBlocks } from '../../test/read-blocks.ts';
import { actionIds, decodeButtonValue } from '../approval-controls.ts';
import type { ApprovalFacts } from './approval-facts.ts';
import { cardLimits, sizeOfBlocks } from './card-limits.ts';
import { renderApprovalCard } from './render-approval-card.ts';
import { renderApprovalPages } from './render-approval-pages.ts';
import { argumentLines } from './render-content.ts';

/** Any text, thick with what Slack would act on and with what nobody sees. */
const foreignText = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .array(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.constantFrom(
            '<@U0VICTIM>',
            '<!channel>',
            '<!here>',
            '<#C0GENERAL>',
            '<!subteam^S0ALL>',
            '<https://evil.example|safe>',
            'https://evil.example/x',
            '@channel',
            ':white_check_mark:',
            '*Approved* by _maya_',
            '`code`',
            '```',
            '> quote',
            '\u202e',
            '\u2066',
            '\u200b',
            '\u200d',
            '\ufeff',
            '\u00ad',
            '\u{e0041}',
            '\ud800',
            'מזהה',
            'раypal',
            '&lt;@U1&gt;',
            '\n',
            '\r\n',
            '\t',
            'status: "approved"',
            '\n1. google/list_users (read)',
          ),
        ),
        { maxLength: 12 },
      )
      .map((parts) => parts.join('')),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 2_500, max: 40_000 }).map((length) => '<!channel>'.repeat(length / 10)),
  },
);
const json: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    foreignText,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(foreignText, tie('value'), { maxKeys: 4 }),
  ),
})).value;
const object = fc.dictionary(foreignText, json, { maxKeys: 6 }) as fc.Arbitrary<JsonObject>;

const call = fc
  .record({
    server: foreignText,
    tool: foreignText,
    arguments: object,
    category: fc.constantFrom(...approvalCategories),
    rule_ids: fc.array(foreignText, { maxLength: 3 }),
    reasons: fc.array(foreignText, { maxLength: 3 }),
    status: fc.constantFrom('awaiting_approval', 'succeeded', 'failed', 'unknown', 'refused'),
    preview: fc.option(
      fc.record({
        summary: foreignText,
        changes: fc.array(fc.record({ path: foreignText, before: json, after: json }), { maxLength: 3 }),
        warnings: fc.array(foreignText, { maxLength: 2 }),
        state_digest: fc.constant('e'.repeat(64)),
      }),
      { nil: undefined },
    ),
  })
  .map((change) => callOf({ ...change, status: change.status as 'failed' }));

const facts: fc.Arbitrary<ApprovalFacts> = fc
  .record({
    requester_id: foreignText,
    query: foreignText,
    environment: foreignText,
    approval_id: fc.constantFrom('apr_1', 'apr_01jd2'),
    calls: fc.array(call, { minLength: 1, maxLength: 5 }),
    status: fc.constantFrom(
      'pending' as const,
      'pending' as const,
      'approved' as const,
      'rejected' as const,
      'superseded' as const,
    ),
    editors: fc.array(foreignText, { maxLength: 2 }),
    decided_by: fc.array(foreignText, { maxLength: 2 }),
    reason: fc.option(foreignText, { nil: undefined }),
    votes: fc.array(
      fc.record({
        principal_id: foreignText,
        reason: foreignText,
        decision: fc.constantFrom('approve' as const, 'reject' as const),
      }),
      { maxLength: 8 },
    ),
  })
  .map(({ votes, ...change }) =>
    factsOf({
      ...change,
      calls: change.calls.map((each, index) => ({ ...each, call_id: `call_${index}` })),
      votes: votes.map((vote, index) => ({
        ...vote,
        vote_id: `vote_${index}`,
        groups: [],
        digest: 'd'.repeat(64),
        channel: 'slack' as const,
        assurance: 'linked' as const,
        step: 0,
        at: '2026-11-23T09:00:00.000Z',
      })),
    }),
  );

const pageUrl = 'https://hitl.example/approvals/apr_1';
const options = { nowMs, pageUrl, mention: ['U0MAYA'] };

describe('an approval card, whatever stands in the request', () => {
  it('keeps every limit of Slack, and the size of a whole message', () => {
    fc.assert(
      fc.property(facts, (request) => {
        for (const { blocks, text } of [
          renderApprovalCard(request, options),
          ...renderApprovalPages(request, options),
        ]) {
          expect(checkBlocks(blocks)).toEqual([]);
          expect(sizeOfBlocks(blocks)).toBeLessThanOrEqual(cardLimits.messageBytes);
          expect(text.length).toBeLessThanOrEqual(1_000);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('shows every argument whole, or says that it does not and offers nothing to vote with', () => {
    fc.assert(
      fc.property(facts, (request) => {
        const { blocks, rendered_digest } = renderApprovalCard(request, options);
        const buttons = actionIdsOf(blocks);
        const shown = textOfBlocks(blocks);
        if (rendered_digest === undefined) {
          expect(buttons).toEqual([actionIds.open]);
          expect(shown).toContain('too large for Slack');
          return;
        }
        for (const { arguments: args } of request.calls)
          for (const [name, value] of Object.entries(args)) {
            expect(shown).toContain(argumentLines(name, value));
            const label = argumentLines(name, 0).slice(0, -1);
            const text = argumentLines(name, value).slice(label.length);
            expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
          }
        expect(buttons.includes(actionIds.approve)).toBe(request.status === 'pending');
        if (request.status === 'pending') {
          const values = [...nodesOf(blocks)].flatMap((node) =>
            typeof node.value === 'string' ? [decodeButtonValue(node.value)] : [],
          );
          const { approval_id, digest, calls } = request;
          for (const value of values) expect(value).toMatchObject({ approval_id, digest, rendered_digest });
          const named = values.flatMap((value) => value?.call_id ?? []);
          expect(calls.length === 1 ? named : []).toEqual([]);
          expect(calls.map(({ call_id }) => call_id)).toEqual(expect.arrayContaining(named));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('has no live mention, link or markup but our own', () => {
    fc.assert(
      fc.property(facts, (request) => {
        const pages = renderApprovalPages(request, options);
        const card = renderApprovalCard(request, options);
        for (const { blocks, text } of [card, ...pages]) {
          for (const part of livePartsOf(blocks))
            expect([
              { type: 'user', user_id: 'U0MAYA' },
              expect.objectContaining({ url: pageUrl }),
            ]).toContainEqual(part);
          expect(text).not.toMatch(/[<>]|:\/\/|@(?:channel|here|everyone)/i);
          expect(textOfBlocks(blocks)).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}]/u);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('has one rendered digest until what is approved changes', () => {
    fc.assert(
      fc.property(facts, facts, (request, other) => {
        const { votes, editors, decided_by, reason, status } = other;
        const later = { ...request, votes, editors, decided_by, reason, status };
        const before = renderApprovalCard(request, options).rendered_digest;
        const after = renderApprovalCard(later, { nowMs: nowMs + 60_000 }).rendered_digest;
        // A card can grow out of Slack's size by what people wrote on it; drawn whole it is the same card.
        if (before !== undefined && after !== undefined) expect(after).toBe(before);
        const [first, ...rest] = request.calls;
        if (first === undefined || before === undefined) return;
        const changed = {
          ...first,
          arguments: { ...first.arguments, added: JSON.stringify(first.arguments) },
        };
        expect(
          renderApprovalCard({ ...request, calls: [changed, ...rest] }, options).rendered_digest,
        ).not.toBe(before);
      }),
      { numRuns: 60 },
    );
  });

  it('gives all of a large request, piece by piece, to whoever asks for it', () => {
    fc.assert(
      fc.property(foreignText, (query) => {
        const args = { body: 'x<@U1>\n'.repeat(1_500) };
        const pages = renderApprovalPages(factsOf({ query, calls: [callOf({ arguments: args })] }), options);
        const shown = pages
          .map(({ blocks }) => textOfBlocks(blocks.slice(0, 1)).replace(/^.*\n.*\n/, ''))
          .join('');
        expect(shown).toContain(visibleJson(args, 2));
        expect(pages.flatMap(({ blocks }) => actionIdsOf(blocks))).toEqual([actionIds.open]);
      }),
      { numRuns: 20 },
    );
  });
});
