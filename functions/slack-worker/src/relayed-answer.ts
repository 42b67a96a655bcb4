import { type Caller, recordingRefusals } from '@hitl/application';
import { ConflictError, ForbiddenError, type ItemStore } from '@hitl/core';
import type { SlackPlace } from '@hitl/slack';
import { z } from 'zod';
import { rememberNewest } from './run-thread.ts';
import type { SlackWorkerDeps } from './slack-worker-deps.ts';

const relayedSchema = z.object({
  /** Who asked. Nobody else may stop it: nothing of it is approved here. */
  person: z.string(),
  is_stopped: z.boolean(),
  is_over: z.boolean(),
});
type Relayed = z.infer<typeof relayedSchema>;

/** As long as its job may be delivered again. */
const keptSeconds = 15 * 24 * 3600;
/** Whoever presses Stop waits for it. */
const lookEveryMs = 1000;
const keyOf = (answerKey: string) => `slack-relayed:${answerKey}`;

/** Another agent's answer as whoever relays it watches it, whatever process was told to stop it. */
export interface WatchedAnswer {
  /** Aborts once it is to be stopped. */
  readonly signal: AbortSignal;
  /** From now on nobody can stop it. True when somebody did. */
  end(): Promise<boolean>;
}

/** Notes whose answer comes in the thread, unless it is known already. */
export async function rememberRelayed(
  items: ItemStore,
  answerKey: string,
  given: { readonly where: SlackPlace; readonly person: string },
): Promise<void> {
  const { where, person } = given;
  const begun: Relayed = { person, is_stopped: false, is_over: false };
  await items.put(keyOf(answerKey), begun, { ifVersion: 'absent', ttlSeconds: keptSeconds });
  await rememberNewest(items, where, answerKey);
}

/** False where no such answer is relayed. @throws ForbiddenError, which is on the record then; ConflictError when it is over */
export function stopRelayed(deps: SlackWorkerDeps, caller: Caller, answerKey: string): Promise<boolean> {
  return recordingRefusals(deps.application, caller, async () => {
    const relayed = await change(deps.items, answerKey, (current) => {
      if (current.person !== caller.id)
        throw new ForbiddenError(
          'forbidden',
          `only who asked another agent may stop it; ${caller.id} did not`,
        );
      if (current.is_over) throw new ConflictError('run_not_active', 'the answer is over already');
      return { ...current, is_stopped: true };
    });
    return relayed !== undefined;
  });
}

/** Looks once before it returns: what was stopped before it began need not begin. */
export async function watchRelayed(deps: SlackWorkerDeps, answerKey: string): Promise<WatchedAnswer> {
  const stop = new AbortController();
  const look = async (): Promise<void> => {
    try {
      if ((await find(deps.items, answerKey))?.relayed.is_stopped === true) stop.abort();
    } catch (error) {
      const facts = { answer: answerKey, error: String(error) };
      deps.application.logger.warn('whether an answer is to be stopped is not known now', facts);
    }
  };
  await look();
  const timer = setInterval(look, lookEveryMs);
  return {
    signal: stop.signal,
    async end() {
      clearInterval(timer);
      const relayed = await change(deps.items, answerKey, (current) => ({ ...current, is_over: true }));
      return relayed?.is_stopped ?? false;
    },
  };
}

async function change(
  items: ItemStore,
  answerKey: string,
  next: (current: Relayed) => Relayed,
): Promise<Relayed | undefined> {
  for (;;) {
    const found = await find(items, answerKey);
    if (found === undefined) return undefined;
    const changed = next(found.relayed);
    const version = await items.put(keyOf(answerKey), changed, {
      ifVersion: found.version,
      ttlSeconds: keptSeconds,
    });
    if (version !== undefined) return changed;
  }
}

async function find(
  items: ItemStore,
  answerKey: string,
): Promise<{ readonly relayed: Relayed; readonly version: number } | undefined> {
  const item = await items.get(keyOf(answerKey));
  return item === undefined ? undefined : { relayed: relayedSchema.parse(item.value), version: item.version };
}
