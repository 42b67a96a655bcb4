import { loadApproval, presentApproval } from '@hitl/application';
import {
  type ApprovalState,
  approvalPageUrl,
  type ItemStore,
  NotFoundError,
  type RunState,
} from '@hitl/core';
import {
  type ApprovalCard,
  type InstallationRef,
  renderApprovalCard,
  renderReplacedCard,
  type SlackMessage,
  SlackRefusedError,
  slackIdSchema,
  slackTimestampSchema,
} from '@hitl/slack';
import { z } from 'zod';
import { type CardTarget, cardTargetsOf, rulesNaming } from './card-targets.ts';
import { mentionsOf } from './mentions-of.ts';
import { installationOfJob, type SlackWorkerDeps } from './slack-worker-deps.ts';

const cardSchema = z.object({
  team_id: slackIdSchema,
  enterprise_id: slackIdSchema.optional(),
  channel_id: slackIdSchema,
  ts: slackTimestampSchema,
  /** The thread that it was posted into, if any. */
  thread_ts: slackTimestampSchema.optional(),
  /** What it showed. */
  digest: z.string(),
  is_replaced: z.boolean().optional(),
});
export type PostedCard = z.infer<typeof cardSchema>;
const cardsSchema = z.object({ cards: z.array(cardSchema) });

const keptSeconds = 60 * 24 * 3600;
const keyOf = (approvalId: string) => `slack-cards:${approvalId}`;
/** Slack's words for a message that it does not take because of its size or shape. */
const notTaken = new Set(['invalid_blocks', 'msg_too_long', 'msg_blocks_too_long', 'invalid_blocks_format']);
/** How often cards are drawn again because the request changed meanwhile. */
const maxRedraws = 5;

/** Every place where a request's card was posted. */
export async function cardsOf(items: ItemStore, approvalId: string): Promise<readonly PostedCard[]> {
  const item = await items.get(keyOf(approvalId));
  return item === undefined ? [] : cardsSchema.parse(item.value).cards;
}

async function keepCard(items: ItemStore, approvalId: string, card: PostedCard): Promise<void> {
  for (;;) {
    const item = await items.get(keyOf(approvalId));
    const cards = item === undefined ? [] : cardsSchema.parse(item.value).cards;
    const others = cards.filter(({ channel_id, ts }) => channel_id !== card.channel_id || ts !== card.ts);
    const value = JSON.parse(JSON.stringify({ cards: [...others, card] })) as Record<string, never>;
    const version = await items.put(keyOf(approvalId), value, {
      ifVersion: item?.version ?? 'absent',
      ttlSeconds: keptSeconds,
    });
    if (version !== undefined) return;
  }
}

/**
 * Posts the request wherever it belongs and is not yet, and brings what is there up to date.
 * @throws SlackRefusedError where Slack takes it nowhere
 */
export async function postCards(deps: SlackWorkerDeps, run: RunState, approvalId: string): Promise<void> {
  const approval = run.approvals.get(approvalId);
  if (approval === undefined) return;
  if (approval.status === 'pending') await postMissing(deps, run, approval);
  await refreshCards(deps, approvalId);
}

async function postMissing(deps: SlackWorkerDeps, run: RunState, approval: ApprovalState): Promise<void> {
  const posted = await cardsOf(deps.items, approval.approval_id);
  const { named, usual, thread } = await cardTargetsOf(deps, run, approval);
  const failed = (message: string, target: CardTarget, error: SlackRefusedError, more = {}): void =>
    deps.application.logger.error(message, {
      approval_id: approval.approval_id,
      channel_id: target.channel_id,
      ...more,
      error: error.message,
    });
  const refusalOf = async (target: CardTarget): Promise<SlackRefusedError | undefined> => {
    const isThere = posted.some(
      (card) =>
        card.digest === approval.digest &&
        card.channel_id === target.channel_id &&
        card.thread_ts === target.thread_ts,
    );
    return isThere ? undefined : postCard(deps, run, approval, target);
  };

  const refusals: SlackRefusedError[] = [];
  let needsUsual = named.length === 0;
  for (const target of named) {
    const refusal = await refusalOf(target);
    if (refusal === undefined) continue;
    needsUsual = true;
    refusals.push(refusal);
    failed('a card could not be posted in the channel that the policy names', target, refusal, {
      rule_ids: rulesNaming(run, approval, target.channel_id),
      posted_instead_in: usual?.channel_id ?? null,
    });
  }
  for (const target of [needsUsual ? usual : undefined, thread]) {
    const refusal = target === undefined ? undefined : await refusalOf(target);
    if (target === undefined || refusal === undefined) continue;
    refusals.push(refusal);
    failed('a card could not be posted', target, refusal);
  }
  // Seen nowhere, a request would wait for nobody: it is tried again, and put where an alarm looks.
  const [refusal] = refusals;
  if (refusal === undefined) return;
  const seen = await cardsOf(deps.items, approval.approval_id);
  if (!seen.some(({ digest }) => digest === approval.digest)) throw refusal;
}

/** What Slack says against it: somewhere else it may still be seen, and trying again would not change the answer. */
async function postCard(
  deps: SlackWorkerDeps,
  run: RunState,
  approval: ApprovalState,
  target: CardTarget,
): Promise<SlackRefusedError | undefined> {
  const { installation, channel_id, thread_ts } = target;
  // Once in each channel: `postOnce` tells the channels apart.
  const key = `card:${approval.approval_id}:${approval.digest}:${thread_ts ?? ''}`;
  const send = (message: SlackMessage) =>
    deps.slack.postOnce(installation, key, {
      channel: channel_id,
      ...(thread_ts === undefined ? {} : { thread_ts }),
      ...message,
    });
  try {
    const { ts } = await sendCard(send, (isTooLarge) =>
      cardOf(deps, run, approval, installation, isTooLarge),
    );
    await keepCard(deps.items, approval.approval_id, {
      ...installation,
      channel_id,
      ts,
      ...(thread_ts === undefined ? {} : { thread_ts }),
      digest: approval.digest,
    });
    return undefined;
  } catch (error) {
    if (error instanceof SlackRefusedError) return error;
    throw error;
  }
}

/** Draws the small card where Slack finds the whole one too large. */
async function sendCard<T>(
  send: (message: SlackMessage) => Promise<T>,
  draw: (isTooLarge: boolean) => Promise<ApprovalCard>,
): Promise<T> {
  const { text, blocks } = await draw(false);
  try {
    return await send({ text, blocks });
  } catch (error) {
    if (!(error instanceof SlackRefusedError) || !notTaken.has(error.slackError)) throw error;
    const small = await draw(true);
    return send({ text: small.text, blocks: small.blocks });
  }
}

async function cardOf(
  deps: SlackWorkerDeps,
  run: RunState,
  approval: ApprovalState,
  installation: InstallationRef,
  isTooLarge: boolean,
): Promise<ApprovalCard> {
  const nowMs = deps.application.clock.now();
  const facts = presentApproval(run, approval, nowMs);
  const mention =
    facts.open_step === undefined
      ? []
      : await mentionsOf(deps, facts.open_step.approvers, installation, [facts.requester_id]);
  return renderApprovalCard(facts, {
    nowMs,
    mention,
    pageUrl: pageUrlOf(deps, approval.approval_id),
    isTooLarge,
  });
}

export function pageUrlOf(deps: SlackWorkerDeps, approvalId: string): string | undefined {
  return deps.pages === undefined ? undefined : approvalPageUrl(deps.pages, approvalId);
}

/**
 * Draws every card of a request as the request stands now, everywhere. Who draws at the same time reads the record again
 * afterwards, so the last drawing is of the newest state.
 */
export async function refreshCards(deps: SlackWorkerDeps, approvalId: string): Promise<void> {
  const cards = await cardsOf(deps.items, approvalId);
  if (cards.length === 0) return;
  let drawn = -1;
  for (let round = 0; round < maxRedraws; round += 1) {
    const found = await loadApproval(deps.application, approvalId).catch((error: unknown) => {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    });
    if (found === undefined || found.run.sequence === drawn) return;
    await Promise.all(cards.map((card) => refreshCard(deps, found.run, found.approval, card)));
    drawn = found.run.sequence;
  }
}

async function refreshCard(
  deps: SlackWorkerDeps,
  run: RunState,
  approval: ApprovalState,
  card: PostedCard,
): Promise<void> {
  const isReplaced = card.digest !== approval.digest;
  if (isReplaced && card.is_replaced === true) return;
  const installation = installationOfJob(card);
  const send = ({ text, blocks }: SlackMessage) =>
    deps.slack.call(installation, 'chat.update', { channel: card.channel_id, ts: card.ts, text, blocks });
  try {
    if (isReplaced) {
      const facts = presentApproval(run, approval, deps.application.clock.now());
      await send(renderReplacedCard(facts, { pageUrl: pageUrlOf(deps, approval.approval_id) }));
    } else {
      await sendCard(send, (isTooLarge) => cardOf(deps, run, approval, installation, isTooLarge));
    }
    if (isReplaced !== (card.is_replaced === true))
      await keepCard(deps.items, approval.approval_id, { ...card, is_replaced: isReplaced });
  } catch (error) {
    // Deleted by somebody, or the app was removed from the channel: the other cards are drawn all the same.
    if (!(error instanceof SlackRefusedError)) throw error;
    deps.application.logger.warn('a card could not be drawn anew', {
      approval_id: approval.approval_id,
      channel_id: card.channel_id,
      error: error.message,
    });
  }
}
