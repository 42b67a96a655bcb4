import { setTimeout as wait } from 'node:timers/promises';
import type { BenchRow } from '../bench-row.ts';
import { millisecondRow } from '../stack/millisecond-row.ts';
import { answersBegun } from './answers-begun.ts';
import { openSlackSite } from './open-slack-site.ts';
import { pacedQuery } from './start-paced-model.ts';

const threads = 50;
const replies = 400;
const replyEveryMs = 40;

/**
 * How long a signed event takes while fifty answers are written. The events are replies in those threads: verified, told apart and
 * queued behind the answer that is written there, which is what Slack waits for.
 */
export async function measureBusyIngress(): Promise<BenchRow[]> {
  const site = await openSlackSite();
  try {
    const { driver, front, channels, user, model } = site;
    const asked = await Promise.all(
      Array.from({ length: threads }, (_, index) =>
        driver.mention({
          channel: channels[index % channels.length] ?? '',
          user,
          text: pacedQuery({ tag: `w${index}`, pieces: 600, everyMs: 200 }),
        }),
      ),
    );
    // A placeholder does not wait for the model.
    await front.until(() =>
      answersBegun(front).size === threads && model.streaming() === threads ? true : undefined,
    );
    const before = site.sent.length;
    let fewest = model.streaming();
    for (let index = 0; index < replies; index += 1) {
      const thread = asked[index % threads];
      if (thread === undefined) throw new Error('unreachable');
      const { channel, thread_ts } = thread;
      await driver.message({ channel, user, thread_ts, text: `and also ${index}` });
      fewest = Math.min(fewest, model.streaming());
      await wait(replyEveryMs);
    }
    const measured = site.sent.slice(before);
    const refused = measured.filter(({ status }) => status !== 200).length;
    if (refused > 0) throw new Error(`${refused} events were not answered 200`);
    if (fewest < threads) throw new Error(`only ${fewest} answers were under way`);
    const times = measured.map(({ took_ms }) => took_ms);
    const note = `${replies} replies over HTTP, queued on disk; ${front.violations().length} calls over Slack's limits`;
    return [
      millisecondRow(`slack: signed event → 200 while ${threads} threads stream, p99`, times, 0.99, {
        atMost: 100,
        note,
      }),
      millisecondRow(`slack: signed event → 200 while ${threads} threads stream, p50`, times, 0.5),
    ];
  } finally {
    await site.close();
  }
}
