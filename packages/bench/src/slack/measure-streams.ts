import type { SlackMessage } from '@hitl/testing/slack';
import type { BenchRow } from '../bench-row.ts';
import { openSlackSite } from './open-slack-site.ts';
import { type Pace, pacedAnswer, pacedQuery } from './start-paced-model.ts';

const threads = 20;
const everyMs = 100;

/** Twenty answers at once against a Slack that counts every call over its limits, and what people read in the end. */
export async function measureStreams(seconds: number): Promise<BenchRow[]> {
  const site = await openSlackSite();
  try {
    const { driver, front, channels, user } = site;
    const paces = Array.from({ length: threads }, (_, index): Pace => {
      return { tag: `t${index}`, pieces: Math.round((seconds * 1000) / everyMs), everyMs };
    });
    const asked = await Promise.all(
      paces.map((pace, index) =>
        driver.mention({
          channel: channels[index % channels.length] ?? '',
          user,
          text: pacedQuery(pace),
        }),
      ),
    );
    await site.idle();
    let complete = 0;
    for (const [index, { channel, thread_ts }] of asked.entries()) {
      const [, ...answers] = await front.messages(channel, thread_ts);
      const pace = paces[index];
      if (pace !== undefined && isWhole(answers, pacedAnswer(pace))) complete += 1;
    }
    const count = (method: string): number => front.calls(method).filter(({ ok }) => ok).length;
    const name = `slack: ${threads} threads stream ${seconds} s each`;
    const violations = front.violations().length;
    return [
      {
        name: `${name}, calls over Slack's limits`,
        value: violations,
        unit: '',
        target: '0',
        met: violations === 0,
        note: `${count('chat.startStream')} streams, ${count('chat.appendStream')} appends, ${count('chat.update')} updates; BENCH_STREAM_SECONDS sets how long`,
      },
      {
        name: `${name}, complete in the end`,
        value: complete,
        unit: '',
        target: `${threads}`,
        met: complete === threads,
        note: 'text compared piece by piece, no message left streaming',
      },
    ];
  } finally {
    await site.close();
  }
}

/** Every piece in its place and once, over all messages of the answer, none of them still open. */
function isWhole(answers: readonly SlackMessage[], expected: string): boolean {
  const isClosed = answers.every(
    ({ stream }) => stream?.state !== 'streaming' && stream?.state !== 'expired',
  );
  const words = (text: string): string => (text.match(/t\d+-\d{4}/g) ?? []).join(' ');
  return isClosed && words(answers.map(shownText).join(' ')) === words(expected);
}

/** A stopped stream shows what was appended; a message that was written as a whole its blocks, not its clipped `text`. */
function shownText({ stream, blocks = [] }: SlackMessage): string {
  if (stream?.state === 'stopped') return stream.text;
  return blocks.map(({ type, text }) => (type === 'markdown' ? String(text) : '')).join(' ');
}
