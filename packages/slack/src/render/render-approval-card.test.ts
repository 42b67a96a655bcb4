import type { Vote } from '@hitl/core';
import { checkBlocks, checkView } from '@hitl/testing/slack';
import { describe, expect, it } from '@jest/globals';
import { callOf, factsOf, nowMs } from '../../test/approval-facts.ts';
import { actionIdsOf, livePartsOf, nodesOf, textOfBlocks } from '../../test/read-blocks.ts';
import { actionIds, decodeButtonValue } from '../approval-controls.ts';
import { cardLimits, fitsMessage } from './card-limits.ts';
import { renderApprovalCard } from './render-approval-card.ts';
import { renderApprovalPages } from './render-approval-pages.ts';
import { renderEditModal, renderEditRefusedModal } from './render-edit-modal.ts';
import { renderPendingList } from './render-pending-list.ts';
import { renderRefusal } from './render-refusal.ts';
import { renderReminder } from './render-reminder.ts';
import { renderReplacedCard } from './render-replaced-card.ts';

const pageUrl = 'https://hitl.example/approvals/apr_1';
const vote: Vote = {
  vote_id: 'vote_1',
  principal_id: 'maya',
  groups: ['security'],
  decision: 'approve',
  digest: 'd'.repeat(64),
  reason: 'known person',
  channel: 'slack',
  assurance: 'linked',
  step: 0,
  at: '2026-11-23T09:10:00.000Z',
};

const read = (change: Parameters<typeof factsOf>[0], atMs = nowMs) =>
  textOfBlocks(renderApprovalCard(factsOf(change), { nowMs: atMs, pageUrl }).blocks);

describe('an approval card', () => {
  it('says who asks, what for, where, the call, what it would do, why it waits, what is missing and until when', () => {
    const { blocks, text } = renderApprovalCard(
      factsOf({
        votes: [vote],
        open_step: { index: 0, approvers: ['group:security', 'user:lee'], votes_needed: 2, votes_have: 1 },
      }),
      { nowMs, pageUrl },
    );
    const shown = textOfBlocks(blocks);
    for (const part of [
      'Approval needed',
      'ada',
      'prod',
      'Create a user for John',
      'google/create_user',
      'primary_email: "john.doe@example.com"',
      'admin: false',
      'creates john.doe@example.com',
      'user.org_unit: nothing → "/Sales"',
      'uses one licence',
      'writes-need-two',
      'Writing in prod needs two.',
      '1 of 2 approvals from ',
      'group:security, user:lee',
      'at least linked',
      'maya',
      'known person',
      'd'.repeat(64),
    ])
      expect(shown).toContain(part);
    expect(
      [...nodesOf(blocks)].filter(({ type }) => type === 'date').map(({ timestamp }) => timestamp),
    ).toContain(1_795_428_000);
    expect(actionIdsOf(blocks)).toEqual([
      actionIds.approve,
      actionIds.reject,
      actionIds.edit,
      actionIds.open,
    ]);
    expect(text).toBe('Approval needed: google/create_user, asked by ada in prod');
  });

  it('asks once more before a destructive call, and only then', () => {
    const confirms = (category: 'write' | 'destructive') =>
      [...nodesOf(renderApprovalCard(factsOf({ calls: [callOf({ category })] }), { nowMs }).blocks)].filter(
        (node) => 'confirm' in node && node.action_id === actionIds.approve,
      );
    expect(confirms('write')).toHaveLength(0);
    expect(confirms('destructive')).toHaveLength(1);
  });

  it('warns of words that mix alphabets, and spells out what nobody sees', () => {
    const shown = read({ calls: [callOf({ arguments: { email: 'аdmin@example.com', note: 'a\u202eb' } })] });
    expect(shown).toContain('email: one word mixes Latin and Cyrillic letters');
    expect(shown).toContain('note: "a\\u202eb"');
  });

  it('says how it ended, who decided, when and why, and what came of the call', () => {
    const ended = {
      decided_by: ['maya', 'lee'],
      decided_at: '2026-11-23T09:20:00.000Z',
      reason: 'not today',
    };
    expect(read({ ...ended, status: 'rejected' })).toMatch(/Rejected[\s\S]*maya, lee[\s\S]*not today/);
    expect(read({ ...ended, status: 'approved', calls: [callOf({ status: 'succeeded' })] })).toMatch(
      /Approved[\s\S]*google\/create_user[\s\S]*done/,
    );
    expect(
      read({
        ...ended,
        status: 'approved',
        calls: [callOf({ status: 'failed', error: { code: 'x', message: 'no licence' } })],
      }),
    ).toContain('no licence');
    expect(read({ ...ended, status: 'approved', calls: [callOf({ status: 'unknown' })] })).toContain(
      'nobody knows whether it took effect',
    );
    expect(read({ status: 'expired' })).toContain('Expired: nobody decided in time');
    expect(read({ status: 'cancelled' })).toContain('Cancelled');
    expect(read({ status: 'superseded' })).toContain('Replaced by another request');
    for (const status of ['approved', 'rejected', 'expired', 'cancelled', 'superseded'] as const)
      expect(actionIdsOf(renderApprovalCard(factsOf({ status }), { nowMs, pageUrl }).blocks)).toEqual([
        actionIds.open,
      ]);
  });

  it('takes no votes once the time is over, whether or not the record says so yet', () => {
    const { blocks } = renderApprovalCard(factsOf(), { nowMs: Date.parse('2026-11-23T10:00:00.000Z') });
    expect(actionIdsOf(blocks)).toEqual([]);
    expect(textOfBlocks(blocks)).toContain('Expired');
  });

  it('says that the arguments were changed, by whom, and that votes are void: on the new card and on the old', () => {
    const change = { editors: ['sam'], void_votes: [vote] };
    expect(read(change)).toMatch(/Arguments changed by[\s\S]*sam[\s\S]*1 earlier votes are void/);
    const old = renderReplacedCard(factsOf(change), { pageUrl });
    expect(textOfBlocks(old.blocks)).toMatch(/changed by[\s\S]*sam/);
    expect(actionIdsOf(old.blocks)).toEqual([actionIds.open]);
  });

  it('is small, and can only be opened, when the request is too large, or when Slack said so', () => {
    const large = factsOf({ calls: [callOf({ arguments: { body: 'x'.repeat(40_000) } })] });
    for (const card of [
      renderApprovalCard(large, { nowMs, pageUrl }),
      renderApprovalCard(factsOf(), { nowMs, pageUrl, isTooLarge: true }),
      renderApprovalCard(factsOf({ calls: Array.from({ length: 60 }, () => callOf()) }), { nowMs, pageUrl }),
    ]) {
      expect(card.rendered_digest).toBeUndefined();
      expect(actionIdsOf(card.blocks)).toEqual([actionIds.open]);
    }
    expect(textOfBlocks(renderApprovalCard(large, { nowMs }).blocks)).toContain('on the command line');
  });

  it('offers to edit each of several calls right below it, where a form can hold its arguments', () => {
    const calls = [
      callOf({ call_id: 'call_a', arguments: { user: 'first' } }),
      callOf({ call_id: 'call_b', arguments: { body: 'y'.repeat(2_990) } }),
      callOf({ call_id: 'call_c', arguments: { user: 'third' } }),
    ];
    const { blocks, rendered_digest } = renderApprovalCard(factsOf({ calls }), { nowMs, pageUrl });
    expect(checkBlocks(blocks)).toEqual([]);
    expect(rendered_digest).toBeDefined();
    const edits = blocks.flatMap((block, index) => {
      const [node] = [...nodesOf(block)].filter(({ action_id }) => action_id === actionIds.edit);
      return node === undefined
        ? []
        : [{ above: blocks[index - 1]?.block_id, value: decodeButtonValue(String(node.value)) }];
    });
    const shown = { approval_id: 'apr_1', digest: 'd'.repeat(64), rendered_digest };
    expect(edits).toEqual([
      { above: 'approved-call-1', value: { ...shown, call_id: 'call_a' } },
      { above: 'approved-call-3', value: { ...shown, call_id: 'call_c' } },
    ]);
    // What is approved is the same, with and without the buttons between.
    expect(
      renderApprovalCard(factsOf({ calls, status: 'approved' }), { nowMs, pageUrl }).rendered_digest,
    ).toBe(rendered_digest);
  });

  it('gives up its Edit buttons, and says so, before it gives up the vote; thirty calls are too large for both', () => {
    const small = (count: number) =>
      factsOf({
        calls: Array.from({ length: count }, (_, index) =>
          callOf({ call_id: `call_${index}`, arguments: {}, preview: undefined, rule_ids: [], reasons: [] }),
        ),
      });
    const kinds = [10, 14, 30].map((count) => {
      const { blocks, rendered_digest } = renderApprovalCard(small(count), { nowMs, pageUrl });
      expect(checkBlocks(blocks)).toEqual([]);
      const ids = actionIdsOf(blocks);
      return [
        ids.filter((id) => id === actionIds.edit).length,
        ids.includes(actionIds.approve),
        rendered_digest !== undefined,
        textOfBlocks(blocks).includes('no room here for Edit buttons'),
      ];
    });
    expect(kinds).toEqual([
      [10, true, true, false],
      [0, true, true, true],
      [0, false, false, false],
    ]);
  });

  it('says how many outcomes it does not list', () => {
    const calls = Array.from({ length: 22 }, (_, index) =>
      callOf({
        call_id: `call_${index}`,
        tool: `t${index}`,
        status: 'failed',
        arguments: {},
        preview: undefined,
      }),
    );
    const shown = read({ status: 'approved', calls });
    expect(shown).toContain('too large for Slack');
    expect(shown).toMatch(/What became of (?:2 more|22) calls is on the record/);
  });

  it('measures what people wrote as it is spelled out, and cuts through no character', () => {
    const hidden = '\u200b'.repeat(600);
    const { blocks } = renderApprovalCard(
      factsOf({ status: 'rejected', decided_by: ['maya'], reason: hidden, decided_at: vote.at }),
      { nowMs, pageUrl },
    );
    for (const { text } of nodesOf(blocks))
      if (typeof text === 'string') expect(text.length).toBeLessThanOrEqual(cardLimits.textCharacters);
    for (const length of [568, 569, 570, 571, 572]) {
      const reason = `${'x'.repeat(length)}${'😀'.repeat(60)}`;
      const shown = read({ status: 'rejected', decided_by: ['maya'], reason });
      expect(shown).toMatch(/… \[\d+ characters more\]/);
      expect(shown).not.toContain('\\u{d8');
    }
  });

  it('counts a request of exactly the size that Slack takes as whole, and one beyond as too large', () => {
    const request = (characters: number) => factsOf({ query: `${'😀'.repeat(characters / 2)}` });
    expect(renderApprovalCard(request(3_000), { nowMs }).rendered_digest).toBeDefined();
    expect(renderApprovalCard(request(3_002), { nowMs }).rendered_digest).toBeUndefined();
  });

  it('links nothing that is not a web address', () => {
    for (const url of ['javascript:alert(1)', 'not a url', `https://x.example/${'y'.repeat(3_000)}`])
      expect(actionIdsOf(renderApprovalCard(factsOf(), { nowMs, pageUrl: url }).blocks)).not.toContain(
        actionIds.open,
      );
  });
});

describe('a request that is too large, shown over several messages', () => {
  it('keeps the size of a message however much its last one has to say', () => {
    const steps = Array.from({ length: 20 }, (_, index) => ({
      from: [`group:${'漢'.repeat(380)}${index}`],
      votes: 1,
    }));
    const facts = factsOf({
      calls: [callOf({ arguments: { body: '漢"\\n'.repeat(2_000) } })],
      requirement: { ...factsOf().requirement, steps },
    });
    const pages = renderApprovalPages(facts, { nowMs });
    for (const { blocks } of pages) expect(fitsMessage(blocks)).toBe(true);
    expect(textOfBlocks(pages.at(-1)?.blocks)).toContain("can't be approved here");
    expect(textOfBlocks(renderApprovalPages(facts, { nowMs }, 2)[1]?.blocks)).toContain(
      'characters more are shown on the command line',
    );
  });
});

describe('messages around a card', () => {
  it('mention the people who can decide now, and nobody whose id is not one', () => {
    for (const kind of ['reminded', 'escalated'] as const) {
      const { blocks } = renderReminder(factsOf(), {
        kind,
        mention: ['U0MAYA', 'W0LEE', '<!channel>'],
        pageUrl,
      });
      expect(checkBlocks(blocks)).toEqual([]);
      expect(livePartsOf(blocks).flatMap(({ user_id }) => user_id ?? [])).toEqual(['U0MAYA', 'W0LEE']);
      expect(actionIdsOf(blocks)).toEqual([actionIds.open]);
    }
  });

  it('refuse politely, with the reason', () => {
    const { blocks } = renderRefusal('requester_may_not_vote', 'ada asked <@U1>');
    expect(textOfBlocks(blocks)).toContain('somebody else has to decide it');
    expect(livePartsOf(blocks)).toEqual([]);
    expect(textOfBlocks(renderRefusal('constructor').blocks)).toContain('That was not possible.');
  });

  it('list what waits, ten to a message', () => {
    const item = {
      approval_id: 'apr_1',
      requester_id: 'ada',
      tools: ['google/create_user'],
      query: '<!channel> '.repeat(5_000),
      expires_at: '2026-11-23T10:00:00.000Z',
    };
    const messages = renderPendingList(
      Array.from({ length: 23 }, () => item),
      true,
    );
    expect(messages).toHaveLength(3);
    for (const { blocks } of messages) {
      expect(checkBlocks(blocks)).toEqual([]);
      expect(livePartsOf(blocks)).toEqual([]);
      expect(textOfBlocks(blocks)).toContain('characters more]');
    }
    expect(textOfBlocks(renderPendingList([])[0]?.blocks)).toBe('Nothing waits for approval.');
  });

  it('list what waits whole, or say that there is more, however people spell what they ask for', () => {
    const item = {
      approval_id: 'apr_1',
      requester_id: '漢'.repeat(200),
      tools: ['漢'.repeat(300)],
      query: '\u{e0041}\u202e漢'.repeat(100),
      expires_at: '2026-11-23T10:00:00.000Z',
    };
    const items = Array.from({ length: 40 }, () => item);
    const all = renderPendingList(items);
    expect(all.flatMap(({ blocks }) => blocks.slice(0, -1))).toHaveLength(40);
    for (const { blocks } of all) expect(fitsMessage(blocks)).toBe(true);
    const some = renderPendingList(items, false, 2);
    expect(some).toHaveLength(2);
    expect(textOfBlocks(some[1]?.blocks)).toContain('There are more');
  });
});

describe('the form to edit arguments', () => {
  const metadata = { approval_id: 'apr_1', digest: 'd'.repeat(64) };

  it('holds the JSON in as many inputs as it takes, and gives back the same value', () => {
    const args = { lines: Array.from({ length: 300 }, (_, index) => `line ${index}\u200b`) };
    const view = renderEditModal(callOf({ arguments: args }), metadata);
    expect(checkView(view)).toEqual([]);
    const inputs = [...nodesOf(view.blocks)].flatMap((node) =>
      typeof node.initial_value === 'string' ? [node.initial_value] : [],
    );
    expect(inputs.length).toBeGreaterThan(1);
    expect(inputs.join('')).not.toContain('\u200b');
    expect(JSON.parse(inputs.join('\n'))).toEqual(args);
    expect(JSON.parse(view.private_metadata ?? '')).toMatchObject({ call_id: 'call_1' });
  });

  it('says which call of several it is for', () => {
    const intro = (options: object) => textOfBlocks(renderEditModal(callOf(), metadata, options).blocks);
    expect(intro({ position: { number: 2, of: 3 } })).toContain('Call 2 of 3');
    expect(intro({})).not.toContain('Call ');
  });

  it('sends people elsewhere for what an input can not hold, and says why where it is too late', () => {
    const large = renderEditModal(callOf({ arguments: { body: 'x'.repeat(4_000) } }), metadata, { pageUrl });
    for (const view of [large, renderEditRefusedModal('decided already', metadata)]) {
      expect(checkView(view)).toEqual([]);
      expect(view.submit).toBeUndefined();
    }
    expect(actionIdsOf(large.blocks)).toEqual([actionIds.open]);
  });
});
