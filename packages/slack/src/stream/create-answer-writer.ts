import {
  type Clock,
  createKeyedMutex,
  HitlError,
  type ItemStore,
  isFinished,
  type RunState,
  type StreamEvent,
  systemClock,
} from '@hitl/core';
import type { SlackClient } from '../client/index.ts';
import { answerLimits } from './answer-limits.ts';
import { createAnswerParts } from './answer-parts.ts';
import { createAnswerStateStore } from './answer-state.ts';
import { createAnswerTasks } from './answer-tasks.ts';
import { createAnswerText } from './answer-text.ts';
import { type AnswerPlace, createAnswerTransport } from './answer-transport.ts';
import { settleAnswer } from './settle-answer.ts';
import { cutPoint, skipSpace } from './split-answer.ts';

export interface AnswerTarget extends AnswerPlace {
  /** Names the answer: the same for every attempt at it, e.g. the id of the job that asks for it. */
  readonly key: string;
}

export interface AnswerWriterDeps {
  readonly client: SlackClient;
  readonly items: ItemStore;
  readonly clock?: Clock;
  /** Resolves after `ms` or when `signal` aborts; never rejects. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Origins that an answer may link, e.g. that of the web console. */
  readonly allowedOrigins?: readonly string[];
  readonly pageUrlOf?: (runId: string) => string | undefined;
  /** What went wrong while showing; the answer is not lost by it: `settle` writes it whole. */
  readonly onTrouble?: (what: string, error: unknown) => void;
  /** Between two appends to a stream. Default 800. */
  readonly flushMs?: number;
}

/**
 * Writes one answer into a thread while it comes: `open` once, then events, then `settle` with the recorded run, or `handOver`. What a
 * writer that died left is put right by `open` and `settle` of the next one with the same key. All but `handle` and `sync` throw
 * ConflictError when another worker has taken the answer over.
 */
export interface AnswerWriter {
  /**
   * Fresh: shows at once that somebody is at work. Begun before: ends what was left open and goes on behind it; the run as it is
   * recorded now must then be given, unless there is none yet.
   */
  open(run?: RunState): Promise<void>;
  /** Never waits and never throws. */
  handle(event: StreamEvent): void;
  /** What the record has by now: fills in what was missed. */
  sync(run: RunState): void;
  /** Sends what there is now instead of at the next turn. */
  flush(): Promise<void>;
  /**
   * Ends the answer, or pauses it while the run waits for people: every message complete and closed, whatever was lost before.
   * @throws SlackBusyError, UnavailableError: not complete yet; a later `open` and `settle` complete it
   */
  settle(run: RunState, options?: { readonly maxWaitMs?: number }): Promise<void>;
  /** Closes the message where it is, for a worker whose time ends; the next one opens with the same key. */
  handOver(): Promise<void>;
}

const slowestUpdateMs = 6_000;
const fastestUpdateMs = 1_000;

export function createAnswerWriter(deps: AnswerWriterDeps, target: AnswerTarget): AnswerWriter {
  const { client, clock = systemClock, sleep, flushMs = 800 } = deps;
  const transport = createAnswerTransport(client, target);
  const text = createAnswerText(new Set(deps.allowedOrigins ?? []));
  const tasks = createAnswerTasks();
  const parts = createAnswerParts({
    key: target.key,
    transport,
    store: createAnswerStateStore(deps.items, `${target.channel}\n${target.key}`),
    text,
    tasks,
    clock,
    pageUrlOf: deps.pageUrlOf ?? (() => undefined),
  });
  const mutex = createKeyedMutex();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => mutex('turn', work);
  const closing = new AbortController();
  let isClosed = false;
  let hasNews = false;
  let nextAtMs = 0;
  let updateMs = fastestUpdateMs;
  let pumping: Promise<void> | undefined;

  /** One turn: begins another message where this one is full or old, else sends what is new. */
  async function flushOnce(): Promise<void> {
    let part = parts.open;
    if (part === undefined || isClosed) return;
    const whole = text.text();
    const cut = cutPoint(whole, part.from, answerLimits.partCharacters);
    const isOld = part.mode === 'stream' && clock.now() - part.started_at_ms >= answerLimits.partAgeMs;
    if (cut !== undefined || (isOld && whole.length > part.acknowledged)) {
      const to = Math.max(cut ?? whole.length, part.mode === 'stream' ? part.acknowledged : 0);
      await parts.close(part, to, undefined, 10_000);
      await parts.start(skipSpace(whole, to));
      return soon(parts.open?.mode === 'stream' ? flushMs : updateMs);
    }
    // Nothing new for so long: the same message goes on, without Slack's stream.
    if (isOld) part = await parts.toUpdates(part, true);
    const sent = await parts.send(part);
    if (sent === 'nothing') return;
    if (sent === 'again') return soon(0);
    if (part.mode === 'stream') {
      nextAtMs = clock.now() + flushMs;
      if (sent !== 'sent') soon(Math.min(sent.retryAfterMs, 15_000));
      return;
    }
    // The budget of updates is small and everybody's: slower when it is used up, faster again while it is not.
    updateMs =
      sent === 'sent' ? Math.max(fastestUpdateMs, updateMs / 2) : Math.min(slowestUpdateMs, updateMs * 3);
    nextAtMs = clock.now() + updateMs;
    if (sent !== 'sent') soon(Math.max(updateMs, sent.retryAfterMs));
  }

  function soon(ms: number): void {
    hasNews = true;
    nextAtMs = clock.now() + ms;
  }

  /** Sends news in its own time, and sees to it that no stream grows too old in between. */
  async function pump(): Promise<void> {
    while (!isClosed) {
      const part = parts.open;
      const ageLeftMs =
        part?.mode === 'stream'
          ? part.started_at_ms + answerLimits.partAgeMs - clock.now()
          : Number.POSITIVE_INFINITY;
      const dueMs = Math.min(ageLeftMs, hasNews ? nextAtMs - clock.now() : Number.POSITIVE_INFINITY);
      if (dueMs === Number.POSITIVE_INFINITY) return;
      if (dueMs > 0) {
        // News may come in the meantime: it wakes by `nudge`.
        await Promise.race([sleep(dueMs, closing.signal), hasNews ? never : nudged()]);
        continue;
      }
      hasNews = false;
      try {
        await inTurn(flushOnce);
      } catch (error) {
        deps.onTrouble?.('the answer can not be shown for now', error);
        if (!(error instanceof HitlError) || !error.isRetryable) return;
        soon(slowestUpdateMs);
      }
    }
  }
  const never = new Promise<void>(() => {});
  let nudge = (): void => {};
  function nudged(): Promise<void> {
    return new Promise((resolve) => {
      nudge = resolve;
    });
  }

  function wake(): void {
    hasNews = true;
    nudge();
    pumping ??= pump()
      .catch((error: unknown) => deps.onTrouble?.('the answer can not be shown', error))
      .finally(() => {
        pumping = undefined;
      });
  }

  async function endPump(): Promise<void> {
    isClosed = true;
    closing.abort();
    nudge();
    await pumping;
  }

  return {
    open: (run) =>
      inTurn(async () => {
        const isBegun = await parts.load();
        if (parts.state.phase === 'settled') return;
        if (run !== undefined) {
          if (isBegun) text.joinLate(run);
          else text.takeRun(run);
          tasks.takeRun(run);
          parts.change({ run_id: run.run_id });
        }
        const working = transport.showWorking();
        if (isBegun) await parts.repair();
        parts.change({ phase: 'open' });
        if (parts.open !== undefined || (run !== undefined && isFinished(run))) await parts.save();
        else await parts.start(isBegun ? skipSpace(text.text(), parts.coveredTo) : 0);
        if (!(await working)) parts.offerStop();
        nextAtMs = clock.now() + flushMs;
        if (!isClosed) wake();
      }),
    handle(event) {
      parts.change({ run_id: event.run_id });
      text.take(event);
      tasks.take(event);
      if (!isClosed) wake();
    },
    sync(run) {
      text.takeRun(run);
      tasks.takeRun(run);
      if (!isClosed) wake();
    },
    flush: () => inTurn(flushOnce),
    async settle(run, { maxWaitMs = 60_000 } = {}) {
      await endPump();
      await inTurn(async () => {
        if (parts.state.phase === 'settled') return;
        const deadlineMs = clock.now() + maxWaitMs;
        text.takeRun(run);
        tasks.takeRun(run);
        await settleAnswer(parts, run, text.text(), () => Math.max(1, deadlineMs - clock.now()));
        parts.change({ phase: isFinished(run) ? 'settled' : 'paused', run_id: run.run_id });
        await parts.save();
        await transport.showIdle(isFinished(run) ? 'active' : 'suspended');
      });
    },
    async handOver() {
      await endPump();
      await inTurn(async () => {
        const part = parts.open;
        if (part !== undefined) await parts.close(part, part.acknowledged, undefined, 20_000);
      });
    },
  };
}
