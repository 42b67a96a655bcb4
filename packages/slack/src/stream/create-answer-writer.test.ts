import { ConflictError, type StreamEvent, systemClock } from '@hitl/core';
import type { SlackMessage } from '@hitl/testing/slack';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { openSlack } from '../../test/open-slack.ts';
import { actionIdsOf, livePartsOf, nodesOf, textOfBlocks } from '../../test/read-blocks.ts';
import { callStateOf, runOf } from '../../test/run-state.ts';
import { actionIds } from '../approval-controls.ts';
import { SlackBusyError } from '../client/index.ts';
import { type AnswerTarget, type AnswerWriterDeps, createAnswerWriter } from './create-answer-writer.ts';

const run_id = 'run_1';
const delta = (step: number, text: string): StreamEvent => ({ type: 'text-delta', run_id, step, text });
const proposed: StreamEvent = {
  type: 'tool-call-proposed',
  run_id,
  call_id: 'call_0_0',
  step: 0,
  server: 'google',
  tool: 'create_user',
  arguments: {},
};

async function openThread(options: Parameters<typeof openSlack>[0] = {}) {
  const slack = await openSlack(options);
  const { front, clock, items, channel, alice, installation } = slack;
  const thread_ts = await front.say({ channel, user: alice, text: 'do it' });
  const troubles: unknown[] = [];
  const open = (key = 'job_1', more: Partial<AnswerWriterDeps> = {}, where: Partial<AnswerTarget> = {}) =>
    createAnswerWriter(
      {
        client: slack.openClient(),
        items,
        clock,
        // Turns are taken by `flush` only: time moves when the test says so.
        sleep: (_ms, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
        allowedOrigins: ['https://hitl.example'],
        onTrouble: (_what, error) => troubles.push(error),
        ...more,
      },
      { installation, channel, thread_ts, recipient: { team_id: 'T0ACME', user_id: alice }, key, ...where },
    );
  /** The answer's messages, without the question. */
  const answers = async () => (await front.messages(channel, thread_ts)).slice(1);
  return { ...slack, thread_ts, open, answers, troubles };
}

/** The answer's text in a message, as a reader has it. */
function shown({ stream, text, blocks }: SlackMessage): string {
  const markdown = (blocks ?? []).flatMap((block) => (block.type === 'markdown' ? [String(block.text)] : []));
  if (markdown.length > 0) return markdown.join('');
  return stream === undefined || stream.state === 'repaired'
    ? ''
    : stream.state === 'stopped'
      ? stream.text
      : text;
}

const noneHalfOpen = (messages: readonly SlackMessage[]) =>
  messages.every(
    ({ stream }) => stream === undefined || stream.state === 'stopped' || stream.state === 'repaired',
  );

function realSleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

describe('an answer written natively', () => {
  it('shows at once that somebody is at work, then text and tool calls as they come, then how it ended', async () => {
    const { open, answers, front, channel, thread_ts } = await openThread();
    const writer = open();
    await writer.open();
    const [placeholder] = await answers();
    expect(placeholder?.stream).toMatchObject({
      state: 'streaming',
      tasks: [{ title: 'Thinking', status: 'in_progress' }],
    });
    expect(front.session(channel, thread_ts)?.status ?? front.status(channel, thread_ts)?.status).toMatch(
      /processing|working/,
    );
    writer.handle(delta(0, 'I will create the user. '));
    writer.handle(proposed);
    await writer.flush();
    expect((await answers())[0]?.stream).toMatchObject({
      text: 'I will create the user.',
      tasks: [
        { id: 'thinking', status: 'complete' },
        { title: 'google/create_user', status: 'in_progress' },
      ],
    });
    writer.handle({
      type: 'tool-call-executed',
      run_id,
      call_id: 'call_0_0',
      server: 'google',
      tool: 'create_user',
      status: 'succeeded',
    });
    writer.handle(delta(1, 'Done, see [the run](https://hitl.example/runs/run_1) or https://evil.example'));
    await writer.settle(
      runOf(
        [
          'I will create the user.',
          'Done, see [the run](https://hitl.example/runs/run_1) or https://evil.example',
        ],
        { calls: new Map([['call_0_0', callStateOf()]]) },
      ),
    );
    const messages = await answers();
    expect(messages).toHaveLength(1);
    expect(messages[0]?.stream).toMatchObject({
      state: 'stopped',
      text: 'I will create the user.\n\nDone, see [the run](https://hitl.example/runs/run_1) or `https://evil.example`',
      tasks: [{ id: 'thinking' }, { status: 'complete', details: 'done' }],
    });
    expect(textOfBlocks(messages[0]?.blocks)).toContain('Done');
    expect(actionIdsOf(messages[0]?.blocks)).not.toContain(actionIds.stop);
    expect(front.session(channel, thread_ts)?.status ?? 'active').toBe('active');
  });

  it('waits in a closed message while people decide, and goes on in another one', async () => {
    const { open, answers } = await openThread();
    const writer = open();
    await writer.open();
    writer.handle(delta(0, 'I would like to.'));
    writer.handle(proposed);
    writer.handle({
      type: 'approval-requested',
      run_id,
      approval_id: 'apr_1',
      call_ids: ['call_0_0'],
      digest: 'd'.repeat(64),
      expires_at: '2026-11-23T10:00:00.000Z',
    });
    const waiting = runOf(['I would like to.'], {
      status: 'awaiting_approval',
      calls: new Map([['call_0_0', callStateOf({ status: 'awaiting_approval', approval_id: 'apr_1' })]]),
    });
    await writer.settle(waiting);
    expect((await answers())[0]?.stream).toMatchObject({
      state: 'stopped',
      tasks: [{ id: 'thinking' }, { status: 'pending', details: 'waits for approval: apr_1' }],
    });
    const later = open();
    await later.open(waiting);
    later.handle(delta(1, 'It is done.'));
    await later.settle(
      runOf(['I would like to.', 'It is done.'], { calls: new Map([['call_0_0', callStateOf()]]) }),
    );
    const messages = await answers();
    expect(messages.map(shown)).toEqual(['I would like to.', 'It is done.']);
    expect(messages[1]?.stream?.tasks.at(-1)).toMatchObject({
      title: 'google/create_user',
      status: 'complete',
    });
    // Asked again, as queues do, nothing changes.
    const again = open();
    await again.open(runOf(['I would like to.', 'It is done.']));
    await again.settle(runOf(['I would like to.', 'It is done.']));
    expect(await answers()).toHaveLength(2);
  });

  it('begins another message before Slack cuts the stream, and leaves no task running in the old one', async () => {
    const { open, answers, clock } = await openThread();
    const writer = open();
    await writer.open();
    writer.handle(delta(0, 'First half. '));
    writer.handle(proposed);
    await writer.flush();
    clock.advance(4 * 60_000);
    writer.handle(delta(1, 'Second half. '));
    await writer.flush();
    clock.advance(2 * 60_000);
    await writer.settle(
      runOf(['First half.', 'Second half.'], { calls: new Map([['call_0_0', callStateOf()]]) }),
    );
    const messages = await answers();
    expect(messages.map(({ stream }) => stream?.state)).toEqual(['stopped', 'stopped']);
    expect(messages.map(shown).join('')).toBe('First half.\n\nSecond half.');
    expect(messages[0]?.stream?.tasks.map(({ status }) => status)).not.toContain('in_progress');
    expect(messages[1]?.stream?.tasks).toMatchObject([{ title: 'google/create_user', status: 'complete' }]);
  });

  it('goes on in the same message by updates when nothing came for so long', async () => {
    const { open, answers, clock } = await openThread();
    const writer = open();
    await writer.open();
    clock.advance(4 * 60_000);
    await writer.flush();
    clock.advance(20 * 60_000);
    writer.handle(delta(0, 'At last.'));
    await writer.settle(runOf(['At last.']));
    const messages = await answers();
    expect(messages).toHaveLength(1);
    expect(messages.map(shown)).toEqual(['At last.']);
  });

  it('repairs the message when Slack has cut the stream, and when nobody knows what arrived', async () => {
    for (const how of ['cut', 'lost answer', 'lost request', 'stopped by its person'] as const) {
      const { open, answers, clock, front } = await openThread();
      const writer = open();
      await writer.open();
      writer.handle(delta(0, 'One two. '));
      await writer.flush();
      if (how === 'cut') clock.advance(6 * 60_000);
      if (how === 'lost answer') front.failNext('chat.appendStream', { kind: 'http', when: 'after' });
      if (how === 'lost request') front.failNext('chat.appendStream', { kind: 'reset' });
      if (how === 'stopped by its person')
        front.failNext('chat.appendStream', { kind: 'error', error: 'message_not_in_streaming_state' });
      writer.handle(delta(0, 'Three four. '));
      if (how !== 'cut') await writer.flush();
      if (how === 'stopped by its person')
        front.failNext('chat.stopStream', {
          kind: 'error',
          error: 'message_not_in_streaming_state',
          when: 'after',
        });
      writer.handle(delta(0, 'Five.'));
      if (how === 'stopped by its person') clock.advance(6 * 60_000);
      await writer.settle(runOf(['One two. Three four. Five.']));
      const messages = await answers();
      expect(messages.map(shown)).toEqual(['One two. Three four. Five.']);
      expect(noneHalfOpen(messages)).toBe(true);
    }
  });

  it('finds the message again whose start was not answered', async () => {
    const { open, answers, front } = await openThread();
    front.failNext('chat.startStream', { kind: 'http', when: 'after' });
    const writer = open();
    await writer.open();
    writer.handle(delta(0, 'Hello.'));
    await writer.settle(runOf(['Hello.']));
    const messages = await answers();
    expect(messages.map(shown)).toEqual(['Hello.']);
    expect(noneHalfOpen(messages)).toBe(true);
  });
});

describe('an answer written by updates', () => {
  it('is what happens when no stream may be started, with a Stop button until it is over', async () => {
    const { open, answers, front, clock } = await openThread();
    front.failNext('chat.startStream', { kind: 'rate-limited', retryAfterSeconds: 30 });
    const writer = open();
    await writer.open();
    expect(await answers()).toHaveLength(1);
    writer.handle(delta(0, 'Working on '));
    await writer.flush();
    const [during] = await answers();
    expect(shown(during as SlackMessage)).toBe('Working on');
    expect(actionIdsOf(during?.blocks)).toContain(actionIds.stop);
    expect([...nodesOf(during?.blocks)].find(({ action_id }) => action_id === actionIds.stop)).toMatchObject({
      value: run_id,
    });
    expect(front.calls('chat.postMessage').at(-1)?.args).toMatchObject({
      unfurl_links: 'false',
      unfurl_media: 'false',
    });
    clock.advance(10_000);
    await writer.settle(runOf(['Working on it.']));
    const [after] = await answers();
    expect(shown(after as SlackMessage)).toBe('Working on it.');
    expect(actionIdsOf(after?.blocks)).not.toContain(actionIds.stop);
  });

  it('shows the newest text once the budget is there again, however many pieces came in between', async () => {
    const { open, answers, front, clock } = await openThread();
    front.failNext('chat.startStream', { kind: 'error', error: 'feature_not_enabled' });
    const writer = open();
    await writer.open();
    front.failNext('chat.update', { kind: 'rate-limited', retryAfterSeconds: 5 });
    for (const word of ['a ', 'b ', 'c ', 'd ']) {
      writer.handle(delta(0, word));
      await writer.flush();
    }
    expect(front.calls('chat.update')).toHaveLength(0);
    clock.advance(6_000);
    await writer.flush();
    expect((await answers()).map(shown)).toEqual(['a b c d']);
    expect(front.calls('chat.update')).toHaveLength(1);
    await writer.settle(runOf(['a b c d']));
  });
});

describe('an answer with many tool calls', () => {
  it('shows what a tool server says of itself as words, with nothing live in them', async () => {
    const { open, answers } = await openThread();
    const writer = open();
    await writer.open();
    const message =
      '<@U1> <!channel> @here www.evil.example mailto:a@b.example https://evil.example evil.example/x?d=1 [x](y) :white_check_mark: a\u202eb `c`';
    const call = callStateOf({ tool: 'x:tada:\u200b', status: 'failed', error: { code: 'x', message } });
    await writer.settle(runOf(['No.'], { calls: new Map([['call_0_0', call]]) }));
    const [task] = ((await answers())[0]?.stream?.tasks ?? []).filter(({ id }) => id === 'call_0_0');
    expect(`${task?.title} ${task?.details}`).not.toMatch(
      /[<>`\p{Cf}]|@here|www\.evil|evil\.example\/|mailto:a|:\/\/|\]\(|:tada:|:white_check_mark:/u,
    );
    expect(task?.title).toContain('google/x: tada:');
  });

  it('keeps the size of a message: the text whole, the newest calls, and how many there were before', async () => {
    const { open, answers, front } = await openThread();
    front.failNext('chat.startStream', { kind: 'error', error: 'feature_not_enabled' });
    const writer = open();
    await writer.open();
    const text = 'word '.repeat(1_700).trim();
    const calls = new Map(
      Array.from({ length: 30 }, (_, index) => [
        `call_0_${index}`,
        callStateOf({
          call_id: `call_0_${index}`,
          tool: `${'t'.repeat(100)}${index}`,
          status: 'failed',
          error: { code: 'x', message: `${'e'.repeat(index + 90)}😀`.repeat(3) },
        }),
      ]),
    );
    await writer.settle(runOf([text], { calls }));
    const [message] = await answers();
    expect(shown(message as SlackMessage)).toBe(text);
    expect(JSON.stringify(message?.blocks).length).toBeLessThanOrEqual(13_200);
    const said = textOfBlocks(message?.blocks);
    expect(said).toContain('✅ Done');
    expect(said).toMatch(/\d+ calls before/);
    expect(said).toContain(`${'t'.repeat(100)}29`);
    expect(said).not.toMatch(/\\u\{d[89a-f]/);
  });

  it('loses the list of calls rather than how it ended when Slack finds it too long all the same', async () => {
    const { open, answers, front } = await openThread();
    front.failNext('chat.startStream', { kind: 'error', error: 'feature_not_enabled' });
    const writer = open();
    await writer.open();
    front.failNext('chat.update', { kind: 'error', error: 'msg_blocks_too_long' });
    await writer.settle(runOf(['It is done.'], { calls: new Map([['call_0_0', callStateOf()]]) }));
    const [message] = await answers();
    expect(shown(message as SlackMessage)).toBe('It is done.');
    expect(textOfBlocks(message?.blocks)).toContain('✅ Done');
    expect(textOfBlocks(message?.blocks)).not.toContain('google/create_user');
  });
});

describe('an answer whose worker died or ran out of time', () => {
  it('goes on behind what was handed over, and loses nothing of what went by', async () => {
    const { open, answers } = await openThread();
    const first = open();
    await first.open();
    first.handle(delta(0, 'The first worker says this '));
    await first.flush();
    await first.handOver();
    expect(noneHalfOpen(await answers())).toBe(true);
    const second = open();
    await second.open(runOf([], { status: 'running' }));
    second.handle(delta(0, 'after a gap. '));
    second.handle(delta(1, 'And more.'));
    await second.flush();
    await second.settle(
      runOf(['The first worker says this and something in the gap, after a gap.', 'And more.']),
    );
    const messages = await answers();
    expect(messages.map(shown).join('')).toBe(
      'The first worker says this and something in the gap, after a gap.\n\nAnd more.',
    );
    expect(noneHalfOpen(messages)).toBe(true);
  });

  it('says how it ended when nothing more came behind what was handed over', async () => {
    for (const isStreamed of [true, false]) {
      const { open, answers, front } = await openThread();
      if (!isStreamed) front.failNext('chat.startStream', { kind: 'error', error: 'feature_not_enabled' });
      const first = open();
      await first.open();
      first.handle(delta(0, 'All of it.'));
      first.handle(proposed);
      await first.flush();
      await first.handOver();
      expect(JSON.stringify(await answers())).not.toMatch(/in_progress|⏳/);
      const run = runOf(['All of it.'], { calls: new Map([['call_0_0', callStateOf()]]) });
      const second = open();
      await second.open(run);
      await second.settle(run);
      const messages = await answers();
      expect(messages.map(shown)).toEqual(['All of it.']);
      expect(textOfBlocks(messages[0]?.blocks)).toMatch(/google\/create_user[\s\S]*done[\s\S]*✅ Done/);
      const again = open();
      await again.open(run);
      await again.settle(run);
      expect(await answers()).toEqual(messages);
    }
  });

  it('says below that it was stopped, and by whom, when that is all that came after people were waited for', async () => {
    const { open, answers } = await openThread();
    const calls = new Map([['call_0_0', callStateOf({ status: 'awaiting_approval', approval_id: 'apr_1' })]]);
    const waiting = runOf(['I would like to.'], { status: 'awaiting_approval', calls });
    const first = open();
    await first.open(waiting);
    await first.settle(waiting);
    const stopped = runOf(['I would like to.'], {
      status: 'cancelled',
      cancel_requested_by: '<@U1>\u202e',
      output: '',
      calls: new Map([['call_0_0', callStateOf({ status: 'cancelled' })]]),
    });
    for (let delivery = 0; delivery < 2; delivery += 1) {
      const later = open();
      await later.open(stopped);
      await later.settle(stopped);
    }
    const [before, after, ...more] = await answers();
    expect(more).toEqual([]);
    expect(textOfBlocks(before?.blocks)).toContain('Waits for approval');
    expect(textOfBlocks(after?.blocks)).toMatch(
      /cancelled, not executed[\s\S]*⏹ Stopped[\s\S]*<@U1>\\u\{202e\}/,
    );
    expect(livePartsOf(after?.blocks)).toEqual([]);
  });

  it('is one message however often it is handed over before there is a word', async () => {
    const { open, answers } = await openThread();
    for (let hop = 0; hop < 3; hop += 1) {
      const writer = open();
      await writer.open(hop === 0 ? undefined : runOf([], { status: 'running' }));
      await writer.flush();
      await writer.handOver();
    }
    const last = open();
    await last.open(runOf([], { status: 'running' }));
    await last.flush();
    expect(textOfBlocks((await answers())[0]?.blocks)).toContain('Working');
    await last.settle(runOf(['At last.']));
    const messages = await answers();
    expect(messages.map(shown)).toEqual(['At last.']);
    expect(textOfBlocks(messages[0]?.blocks)).toContain('✅ Done');
  });

  it('is ended by the next worker, and not written by the dead one any more', async () => {
    const { open, answers } = await openThread();
    const dead = open();
    await dead.open();
    dead.handle(delta(0, 'Half of '));
    await dead.flush();
    const next = open();
    await next.open(runOf([], { status: 'running' }));
    expect(noneHalfOpen(await answers())).toBe(true);
    await next.settle(runOf(['Half of it, and the other half.']));
    expect((await answers()).map(shown)).toEqual(['Half of it, and the other half.']);
    await expect(dead.settle(runOf(['Half of it, and the other half.']))).rejects.toBeInstanceOf(
      ConflictError,
    );
    expect((await answers()).map(shown)).toEqual(['Half of it, and the other half.']);
  });

  it('says that it is not complete when Slack takes nothing, and is completed by the next attempt', async () => {
    const { open, answers, front, clock } = await openThread();
    const writer = open();
    await writer.open();
    writer.handle(delta(0, 'Text.'));
    front.failNext('chat.stopStream', { kind: 'rate-limited', retryAfterSeconds: 120 });
    await expect(writer.settle(runOf(['Text.']), { maxWaitMs: 1_000 })).rejects.toBeInstanceOf(
      SlackBusyError,
    );
    clock.advance(130_000);
    const next = open();
    await next.open(runOf(['Text.']));
    await next.settle(runOf(['Text.']));
    const messages = await answers();
    expect(messages.map(shown)).toEqual(['Text.']);
    expect(noneHalfOpen(messages)).toBe(true);
  });
});

describe('an answer in its own time', () => {
  it('is sent without being asked for', async () => {
    const { open, front, channel, thread_ts } = await openThread({ rateTiers: false });
    const writer = open('job_1', { clock: systemClock, sleep: realSleep, flushMs: 1 });
    await writer.open();
    for (const text of ['One ', 'two ', 'three ']) {
      writer.handle(delta(0, text));
      await front.until(async () => {
        const [, answer] = await front.messages(channel, thread_ts);
        return answer?.stream?.text.includes(text.trim()) === true ? true : undefined;
      });
    }
    await writer.settle(runOf(['One two three']));
  });

  it('keeps within the tiers when twenty threads are answered for a minute, and every text is complete', async () => {
    const { open, front, clock, channel, alice } = await openThread();
    const threads = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const thread_ts = await front.say({ channel, user: alice, text: `question ${index}` });
        return { thread_ts, writer: open(`job_${index}`, {}, { thread_ts }), text: '' };
      }),
    );
    for (const thread of threads) await thread.writer.open();
    for (let second = 0; second < 60; second += 1) {
      for (const thread of threads) {
        const piece = `word${second} `;
        thread.text += piece;
        thread.writer.handle(delta(0, piece));
        await thread.writer.flush();
      }
      clock.advance(1_000);
    }
    for (const { writer, text } of threads) await writer.settle(runOf([text.trim()]), { maxWaitMs: 600_000 });
    expect(front.violations()).toEqual([]);
    for (const { thread_ts, text } of threads) {
      const messages = (await front.messages(channel, thread_ts)).slice(1);
      expect(messages.map(shown).join('')).toBe(text.trim());
      expect(noneHalfOpen(messages)).toBe(true);
    }
  });
});

describe('an answer of any length, whatever goes wrong', () => {
  const word = fc.nat({ max: 9_999 }).map((n) => `w${n}`);
  const paragraph = fc.array(word, { minLength: 1, maxLength: 400 }).map((words) => words.join(' '));
  const fenced = fc
    .array(word, { minLength: 1, maxLength: 600 })
    .map((words) => `\`\`\`sh\n${words.join('\n')}\n\`\`\``);
  const answer = fc
    .array(fc.oneof(paragraph, fenced), { minLength: 1, maxLength: 12 })
    .map((blocks) => blocks.join('\n\n'));
  const anyCall = fc.record({
    method: fc.constantFrom(
      'chat.startStream',
      'chat.appendStream',
      'chat.stopStream',
      'chat.update',
      'chat.postMessage',
    ),
    fault: fc.constantFrom(
      { kind: 'http', when: 'after' } as const,
      { kind: 'http', when: 'before' } as const,
      { kind: 'reset' } as const,
      { kind: 'rate-limited', retryAfterSeconds: 3 } as const,
    ),
  });
  const streamCall = fc.record({
    method: fc.constantFrom('chat.startStream', 'chat.appendStream'),
    fault: fc.constant({ kind: 'error', error: 'message_not_in_streaming_state' } as const),
  });
  const fault = fc.oneof(anyCall, streamCall);

  it('is shown whole, in order, in closed messages that each stand for themselves', async () => {
    const { open, front, clock, channel, alice } = await openThread({ rateTiers: false });
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        answer,
        fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 6 }),
        fc.array(fault, { maxLength: 4 }),
        fc.option(fc.nat({ max: 5 }), { nil: undefined }),
        fc.integer({ min: 0, max: 100_000 }),
        fc.boolean(),
        async (whole, sizes, faults, diesAt, pauseMs, isHandedOver) => {
          count += 1;
          const thread_ts = await front.say({ channel, user: alice, text: 'do it' });
          const create = () => open(`job_${count}`, {}, { thread_ts });
          let writer = create();
          const tries = async (work: () => Promise<void>) => {
            for (let attempt = 0; attempt < 12; attempt += 1) {
              try {
                return await work();
              } catch (error) {
                if ((error as { isRetryable?: boolean }).isRetryable !== true) throw error;
                // As the queue does: later, and by a worker that knows nothing.
                clock.advance(61_000);
                writer = create();
              }
            }
            throw new Error('never completed');
          };
          // Faults that an earlier answer did not meet are met by a later one.
          await tries(() => writer.open());
          for (const { method, fault: what } of faults) front.failNext(method, what);
          let at = 0;
          for (const [index, size] of sizes.entries()) {
            if (index === diesAt) {
              // A worker that can't even do that has died.
              if (isHandedOver) await writer.handOver().catch(() => {});
              writer = create();
              await tries(() => writer.open(runOf([], { status: 'running' })));
            }
            writer.handle(delta(0, whole.slice(at, at + size)));
            at += size;
            clock.advance(pauseMs);
            await writer.flush().catch(() => {});
          }
          await tries(async () => {
            await writer.open(runOf([whole]));
            await writer.settle(runOf([whole]));
          });
          const messages = (await front.messages(channel, thread_ts)).slice(1);
          expect(noneHalfOpen(messages)).toBe(true);
          expect(textOfBlocks(messages.at(-1)?.blocks)).toContain('✅ Done');
          const texts = messages.map(shown);
          expect(texts.join('\n').match(/w\d+/g)).toEqual(whole.match(/w\d+/g));
          for (const text of texts) {
            expect(text.split('\n').filter((line) => line.startsWith('```')).length % 2).toBe(0);
            expect(text.length).toBeLessThanOrEqual(11_000);
          }
        },
      ),
      { numRuns: 40, endOnFailure: true },
    );
  });
});
