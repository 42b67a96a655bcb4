import { ConflictError, type ItemStore, runStatuses, sha256Hex } from '@hitl/core';
import { z } from 'zod';

const partSchema = z.object({
  ts: z.string(),
  /** `stream`: Slack streams it, until it is stopped. `update`: it is written anew each time. */
  mode: z.enum(['stream', 'update']),
  is_open: z.boolean(),
  /** Offsets in the answer's text. `to` is set once it is closed. */
  from: z.int().min(0),
  to: z.int().min(0).optional(),
  /** Up to where Slack has acknowledged it. */
  acknowledged: z.int().min(0),
  /** Of the text between `from` and `to`: what a closed part shows. */
  digest: z.string().optional(),
  /** Of the run, as the line at its end says; a part that the answer went on behind has none. */
  ending: z.enum(runStatuses).optional(),
  started_at_ms: z.number(),
  /** A Stop button of ours stands in it. */
  has_stop: z.boolean(),
});
export type AnswerPart = z.infer<typeof partSchema>;

export const answerStateSchema = z.object({
  /** `paused`: complete so far, the run goes on later. `settled`: complete. */
  phase: z.enum(['open', 'paused', 'settled']),
  run_id: z.string().optional(),
  /** Set while a message is being started: after a crash there may be one that nobody knows the `ts` of. */
  starting_at_ms: z.number().optional(),
  parts: z.array(partSchema),
});
export type AnswerState = z.infer<typeof answerStateSchema>;

const keptSeconds = 30 * 24 * 3600;

/** Where an answer stands, so that another worker can go on with it or repair it. */
export interface AnswerStateStore {
  load(): Promise<AnswerState | undefined>;
  /** @throws ConflictError when another worker has taken the answer over: this one must not write any more. */
  save(state: AnswerState): Promise<void>;
}

export function createAnswerStateStore(items: ItemStore, key: string): AnswerStateStore {
  const itemKey = `slack-answer:${sha256Hex(key)}`;
  let version: number | 'absent' = 'absent';
  return {
    async load() {
      const item = await items.get(itemKey);
      version = item?.version ?? 'absent';
      return item === undefined ? undefined : answerStateSchema.parse(item.value);
    },
    async save(state) {
      const value = JSON.parse(JSON.stringify(state)) as Record<string, never>;
      const next = await items.put(itemKey, value, { ifVersion: version, ttlSeconds: keptSeconds });
      if (next === undefined) throw new ConflictError('conflict', 'another worker writes this answer now');
      version = next;
    },
  };
}
