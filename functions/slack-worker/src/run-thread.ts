import type { ItemStore } from '@hitl/core';
import {
  conversationOf,
  type SlackPlace,
  slackAccountSchema,
  slackIdSchema,
  slackPlaceSchema,
} from '@hitl/slack';
import { z } from 'zod';

/**
 * How much of a run its thread shows: `following` while somebody shows it as it happens, `waiting` when they stopped because the
 * run waits for people, `finished` when the end stands there.
 */
const shownStates = ['following', 'waiting', 'finished'] as const;
export type Shown = (typeof shownStates)[number];

const runThreadSchema = z.object({
  team_id: slackIdSchema,
  enterprise_id: slackIdSchema.optional(),
  where: slackPlaceSchema,
  who: slackAccountSchema,
  shown: z.enum(shownStates),
});
export type RunThread = z.infer<typeof runThreadSchema>;

const keptSeconds = 60 * 24 * 3600;
const runKey = (runId: string) => `slack-run:${runId}`;
const threadKey = (place: SlackPlace) => `slack-thread-run:${conversationOf(place)}`;

/** The thread that a run was asked for in; `undefined` for a run that did not come from Slack. */
export async function findRunThread(items: ItemStore, runId: string): Promise<RunThread | undefined> {
  const item = await items.get(runKey(runId));
  return item === undefined ? undefined : runThreadSchema.parse(item.value);
}

/** Notes where a run belongs, unless that is known already; and that it is the thread's newest. */
export async function rememberRunThread(items: ItemStore, runId: string, thread: RunThread): Promise<void> {
  await items.put(runKey(runId), toJson(thread), { ifVersion: 'absent', ttlSeconds: keptSeconds });
  await rememberNewest(items, thread.where, runId);
}

/** A run, or another agent's answer. */
export async function rememberNewest(items: ItemStore, place: SlackPlace, runId: string): Promise<void> {
  await items.put(threadKey(place), { run_id: runId }, { ifVersion: 'any', ttlSeconds: keptSeconds });
}

/** What ran last in the thread. */
export async function newestRunOf(items: ItemStore, place: SlackPlace): Promise<string | undefined> {
  const runId = (await items.get(threadKey(place)))?.value.run_id;
  return typeof runId === 'string' ? runId : undefined;
}

export async function noteShown(items: ItemStore, runId: string, shown: Shown): Promise<void> {
  for (;;) {
    const item = await items.get(runKey(runId));
    if (item === undefined) return;
    const thread = runThreadSchema.parse(item.value);
    // What is finished stays so, whoever comes late.
    if (thread.shown === 'finished' || thread.shown === shown) return;
    const next = toJson({ ...thread, shown });
    const version = await items.put(runKey(runId), next, {
      ifVersion: item.version,
      ttlSeconds: keptSeconds,
    });
    if (version !== undefined) return;
  }
}

function toJson(thread: RunThread) {
  return JSON.parse(JSON.stringify(thread)) as Record<string, never>;
}
