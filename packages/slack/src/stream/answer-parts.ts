import { type Clock, type RunState, sha256Hex, UnavailableError } from '@hitl/core';
import type { AnyChunk } from '@slack/types';
import { SlackRefusedError } from '../call/slack-refused-error.ts';
import { SlackBusyError } from '../client/index.ts';
import type { SlackMessage } from '../render/render-approval-card.ts';
import { answerMessage, statusBlocks, stopBlock } from './answer-blocks.ts';
import { answerLimits } from './answer-limits.ts';
import type { AnswerPart, AnswerState, AnswerStateStore } from './answer-state.ts';
import type { AnswerTask, AnswerTasks } from './answer-tasks.ts';
import type { AnswerText } from './answer-text.ts';
import type { AnswerTransport } from './answer-transport.ts';
import { cutPoint, frameBefore, frameBehind, pieceOf, skipSpace } from './split-answer.ts';

/** The messages that an answer is written over, each a stretch of its text. Every change is stored before it is built on. */
export interface AnswerParts {
  readonly state: AnswerState;
  /** The one that is written now. */
  readonly open: AnswerPart | undefined;
  /** Up to where the text stands in messages. */
  readonly coveredTo: number;
  change(changes: Partial<Pick<AnswerState, 'phase' | 'run_id'>>): void;
  save(): Promise<void>;
  load(): Promise<boolean>;
  /** No agent app: Slack has no Stop of its own, so ours is shown. */
  offerStop(): void;
  /** Ends whatever a worker that died left streaming. */
  repair(): Promise<void>;
  /**
   * Opens the next message, with the text from `from` on as far as there is some; or once more the last one, when it was handed over
   * before it had any text.
   */
  start(from: number): Promise<void>;
  /** Sends what is new to the open message. */
  send(part: AnswerPart): Promise<'sent' | 'nothing' | 'again' | { readonly retryAfterMs: number }>;
  /** From now on the message is written as a whole, by updates. */
  toUpdates(part: AnswerPart, isMaybeLive: boolean): Promise<AnswerPart>;
  /** Ends the message at `to`. Without a run the answer goes on in another. */
  close(part: AnswerPart, to: number, run: RunState | undefined, maxWaitMs: number): Promise<void>;
  /** Writes a message anew, with another stretch. */
  rewrite(part: AnswerPart, from: number, to: number, run: RunState, maxWaitMs: number): Promise<void>;
  /** Posts the next message complete. */
  post(from: number, to: number, run: RunState, maxWaitMs: number): Promise<void>;
}

export function createAnswerParts(deps: {
  readonly key: string;
  readonly transport: AnswerTransport;
  readonly store: AnswerStateStore;
  readonly text: AnswerText;
  readonly tasks: AnswerTasks;
  readonly clock: Clock;
  readonly pageUrlOf: (runId: string) => string | undefined;
}): AnswerParts {
  const { transport, store, text, tasks, clock } = deps;
  let state: AnswerState = { phase: 'open', parts: [] };
  /** What Slack has of the open part, as far as this worker knows. */
  let sentText: string | undefined;
  const sentTasks = new Map<string, string>();
  let mayStream = true;
  let hasOwnStop = false;
  let isThinkingShown = false;

  function replace(part: AnswerPart, changes: Partial<AnswerPart>): AnswerPart {
    const next = { ...part, ...changes };
    state = { ...state, parts: state.parts.map((each) => (each.ts === part.ts ? next : each)) };
    return next;
  }
  async function add(part: AnswerPart): Promise<void> {
    const { starting_at_ms: _started, ...rest } = state;
    state = { ...rest, parts: [...state.parts, part] };
    await store.save(state);
  }

  /** A message that has no text yet begins with the first that is no space. */
  function trimmed(part: AnswerPart): AnswerPart {
    const from = skipSpace(text.text(), part.from);
    if (from === part.from || part.acknowledged !== part.from) return part;
    return replace(part, { from, acknowledged: from });
  }

  /** A message that is not the last shows nothing as still running: its news come in the next one. */
  function leftBehind(task: AnswerTask): AnswerTask {
    return task.status === 'in_progress' ? { ...task, status: 'pending', note: 'goes on below' } : task;
  }

  function taskChunks(goesOnBelow: boolean): AnyChunk[] {
    return tasks.list().flatMap((task): AnyChunk[] => {
      const shown = goesOnBelow ? leftBehind(task) : task;
      if (sentTasks.get(task.id) === JSON.stringify(shown)) return [];
      return [
        { type: 'task_update', id: shown.id, title: shown.title, status: shown.status, details: shown.note },
      ];
    });
  }
  function tasksSent(): void {
    for (const task of tasks.list()) sentTasks.set(task.id, JSON.stringify(task));
  }
  const textChunks = (piece: string): AnyChunk[] =>
    piece === '' ? [] : [{ type: 'markdown_text', text: piece }];
  const thinking = (status: 'in_progress' | 'complete'): AnyChunk => ({
    type: 'task_update',
    id: 'thinking',
    title: 'Thinking',
    status,
  });
  const endThinking = (): AnyChunk[] => (isThinkingShown ? [thinking('complete')] : []);
  function stopChunks(): AnyChunk[] {
    return hasOwnStop && state.run_id !== undefined
      ? [{ type: 'blocks', blocks: [stopBlock(state.run_id)] }]
      : [];
  }

  /** Without a run and without Stop it is left as it is, and the answer goes on below. */
  function messageOf(from: number, to: number, run: RunState | undefined, isStoppable: boolean) {
    const whole = text.text();
    const isEnd = to >= whole.length;
    const goesOnBelow = run === undefined && !isStoppable;
    return answerMessage({
      markdown: from >= to ? '' : pieceOf(whole, from, to),
      tasks: isEnd ? tasks.list().map((task) => (goesOnBelow ? leftBehind(task) : task)) : [],
      run: isEnd ? run : undefined,
      pageUrl: run === undefined ? undefined : deps.pageUrlOf(run.run_id),
      stopRunId: isStoppable ? state.run_id : undefined,
    });
  }

  /** Ends a stream for certain. Slack's refusal is certain too: it does not stream that message. */
  async function endStream(ts: string): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await transport.stop(ts, [], [], { maxWaitMs: 20_000 });
      if (outcome.kind === 'done' || (outcome.kind === 'broken' && !outcome.isUnknown)) return;
      if (outcome.kind === 'busy') throw new SlackBusyError('chat.stopStream', outcome.retryAfterMs);
      if (attempt === 3) throw new UnavailableError('nobody knows whether the stream was stopped');
    }
  }

  /** Slack refuses to update what it still streams, whatever it said before. */
  async function update(ts: string, message: SlackMessage, maxWaitMs: number): Promise<void> {
    try {
      await transport.update(ts, message, { maxWaitMs });
    } catch (error) {
      if (!(error instanceof SlackRefusedError) || error.slackError !== 'streaming_state_conflict')
        throw error;
      await endStream(ts);
      await transport.update(ts, message, { maxWaitMs });
    }
  }

  async function recoverLost(sinceMs: number): Promise<string | undefined> {
    const ts = await transport.findLost(
      sinceMs,
      state.parts.map((part) => part.ts),
    );
    if (ts !== undefined) await endStream(ts);
    return ts;
  }

  async function toUpdates(part: AnswerPart, isMaybeLive: boolean): Promise<AnswerPart> {
    mayStream = false;
    sentText = undefined;
    // Slack refuses to update what it streams.
    if (isMaybeLive) await endStream(part.ts);
    const next = replace(part, { mode: 'update' });
    await store.save(state);
    return next;
  }

  async function writeAnew(
    ts: string,
    from: number,
    to: number,
    run: RunState | undefined,
    maxWaitMs: number,
  ): Promise<void> {
    const markdown = pieceOf(text.text(), from, to);
    const ended = to >= text.text().length ? run : undefined;
    // The text is what must not be lost, then how it ended.
    const messages = [
      messageOf(from, to, run, false),
      answerMessage({ markdown, tasks: [], run: ended }),
      answerMessage({ markdown, tasks: [] }),
    ];
    for (const [index, message] of messages.entries()) {
      try {
        await update(ts, message, maxWaitMs);
        return;
      } catch (error) {
        const isNotTaken =
          error instanceof SlackRefusedError && /too_long|invalid_blocks/.test(error.slackError);
        if (!isNotTaken || index === messages.length - 1) throw error;
      }
    }
  }
  const closed = (from: number, to: number, run: RunState | undefined) => ({
    is_open: false,
    from,
    to,
    acknowledged: to,
    digest: sha256Hex(text.text().slice(from, to)),
    ending: to >= text.text().length ? run?.status : undefined,
  });

  return {
    get state() {
      return state;
    },
    get open() {
      return state.parts.find((part) => part.is_open);
    },
    get coveredTo() {
      return state.parts.at(-1)?.to ?? 0;
    },
    change(changes) {
      state = { ...state, ...changes };
    },
    save: () => store.save(state),
    async load() {
      const known = await store.load();
      if (known === undefined) return false;
      state = known;
      // Earlier messages show them.
      tasksSent();
      return true;
    },
    offerStop() {
      hasOwnStop = true;
    },
    async repair() {
      for (const part of state.parts) if (part.is_open) await toUpdates(part, part.mode === 'stream');
      const startedAtMs = state.starting_at_ms;
      if (startedAtMs === undefined) return;
      const ts = await recoverLost(startedAtMs);
      const from = state.parts.at(-1)?.to ?? 0;
      if (ts !== undefined)
        await add({
          ts,
          mode: 'update',
          is_open: true,
          from,
          acknowledged: from,
          started_at_ms: startedAtMs,
          has_stop: false,
        });
    },
    async start(from) {
      const whole = text.text();
      const to = Math.max(from, cutPoint(whole, from, answerLimits.partCharacters) ?? whole.length);
      const last = state.parts.at(-1);
      if (last !== undefined && last.to === last.from && last.ending === undefined) {
        sentText = undefined;
        const { to: _to, digest: _digest, ...rest } = last;
        const again: AnswerPart = { ...rest, mode: 'update', is_open: true, from, acknowledged: from };
        state = { ...state, parts: [...state.parts.slice(0, -1), again] };
        await store.save(state);
        return;
      }
      for (const task of tasks.list()) if (task.status === 'in_progress') sentTasks.delete(task.id);
      const startedAtMs = clock.now();
      state = { ...state, starting_at_ms: startedAtMs };
      await store.save(state);
      const content = [
        ...textChunks(from < to ? frameBefore(whole, from) + whole.slice(from, to) : ''),
        ...taskChunks(false),
        ...stopChunks(),
      ];
      const isThinking = from >= to && tasks.list().length === 0;
      const outcome = mayStream
        ? await transport.start(isThinking ? [thinking('in_progress'), ...content] : content)
        : undefined;
      let ts: string | undefined;
      if (outcome?.kind === 'done') {
        ts = outcome.value;
        isThinkingShown = isThinking;
        sentText = whole.slice(from, to);
      } else {
        sentText = undefined;
        if (outcome?.kind === 'broken') mayStream = false;
        if (outcome?.kind === 'broken' && outcome.isUnknown) ts = await recoverLost(startedAtMs);
        ts ??= await transport.post(
          `${deps.key}:${state.parts.length}`,
          messageOf(from, to, undefined, true),
          { maxWaitMs: 20_000 },
        );
      }
      const mode = outcome?.kind === 'done' ? 'stream' : 'update';
      const acknowledged = mode === 'stream' ? to : from;
      await add({
        ts,
        mode,
        is_open: true,
        from,
        acknowledged,
        started_at_ms: startedAtMs,
        has_stop: mode === 'stream' && stopChunks().length > 0,
      });
      tasksSent();
    },
    async send(given) {
      const whole = text.text();
      const part = trimmed(given);
      if (part.mode === 'update') {
        if (sentText === whole.slice(part.from) && taskChunks(false).length === 0) return 'nothing';
        try {
          await update(part.ts, messageOf(part.from, whole.length, undefined, true), 0);
        } catch (error) {
          if (error instanceof SlackBusyError) return { retryAfterMs: error.retryAfterMs };
          throw error;
        }
      } else {
        const piece = whole.slice(part.acknowledged);
        const before = part.acknowledged === part.from && piece !== '' ? frameBefore(whole, part.from) : '';
        const stop = part.has_stop ? [] : stopChunks();
        const news = [...textChunks(before + piece), ...taskChunks(false), ...stop];
        if (news.length === 0) return 'nothing';
        const outcome = await transport.append(part.ts, [...endThinking(), ...news]);
        if (outcome.kind === 'busy') return outcome;
        if (outcome.kind === 'broken') {
          await toUpdates(part, outcome.isUnknown);
          return 'again';
        }
        isThinkingShown = false;
        if (stop.length > 0) replace(part, { has_stop: true, acknowledged: whole.length });
      }
      const current = state.parts.find(({ ts }) => ts === part.ts) ?? part;
      replace(current, { acknowledged: whole.length });
      sentText = whole.slice(part.from);
      tasksSent();
      return 'sent';
    },
    toUpdates,
    async close(given, upTo, run, maxWaitMs) {
      const whole = text.text();
      const part = trimmed(given);
      const to = Math.max(part.from, upTo);
      const isEnd = run !== undefined && to >= whole.length;
      let isWritten = false;
      if (part.mode === 'stream') {
        const isAsSent = sentText === whole.slice(part.from, part.acknowledged) && part.acknowledged <= to;
        const before = part.acknowledged === part.from && to > part.from ? frameBefore(whole, part.from) : '';
        const rest = isAsSent
          ? `${before}${whole.slice(part.acknowledged, to)}${to > part.from ? frameBehind(whole, to) : ''}`
          : '';
        const chunks = [...endThinking(), ...textChunks(rest), ...taskChunks(!isEnd)];
        const blocks = isEnd && run !== undefined ? statusBlocks(run, deps.pageUrlOf(run.run_id)) : [];
        const outcome = await transport.stop(part.ts, chunks, blocks, { maxWaitMs });
        if (outcome.kind === 'busy') throw new SlackBusyError('chat.stopStream', outcome.retryAfterMs);
        isThinkingShown = false;
        if (outcome.kind === 'broken') await toUpdates(part, outcome.isUnknown);
        // Our Stop button goes with a rewrite only.
        else isWritten = isAsSent && !part.has_stop;
      }
      if (!isWritten) await writeAnew(part.ts, part.from, to, run, maxWaitMs);
      const current = state.parts.find(({ ts }) => ts === part.ts) ?? part;
      replace(current, { ...closed(part.from, to, run), has_stop: false });
      tasksSent();
      await store.save(state);
    },
    async rewrite(part, from, to, run, maxWaitMs) {
      const current = part.is_open && part.mode === 'stream' ? await toUpdates(part, true) : part;
      await writeAnew(part.ts, from, to, run, maxWaitMs);
      replace(current, { ...closed(from, to, run), mode: 'update', has_stop: false });
      await store.save(state);
    },
    async post(from, to, run, maxWaitMs) {
      const message = messageOf(from, to, run, false);
      const ts = await transport.post(`${deps.key}:${state.parts.length}`, message, { maxWaitMs });
      await add({
        ts,
        mode: 'update',
        ...closed(from, to, run),
        started_at_ms: clock.now(),
        has_stop: false,
      });
    },
  };
}
