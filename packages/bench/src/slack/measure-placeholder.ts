import type { BenchRow } from '../bench-row.ts';
import { millisecondRow } from '../stack/millisecond-row.ts';
import { answersBegun } from './answers-begun.ts';
import { openSlackSite } from './open-slack-site.ts';
import { pacedQuery } from './start-paced-model.ts';

const warmUps = 4;
/** Together with the warm-ups no more than Slack lets one app answer in a minute without waiting. */
const rounds = 36;

/** From the moment a mention is sent until a message of ours stands in its thread. */
export async function measurePlaceholder(): Promise<BenchRow[]> {
  const site = await openSlackSite();
  try {
    const { driver, front, channels, user } = site;
    const times: number[] = [];
    for (let round = 0; round < warmUps + rounds; round += 1) {
      const before = site.sent.length;
      const { thread_ts } = await driver.mention({
        channel: channels[round % channels.length] ?? '',
        user,
        text: pacedQuery({ tag: `p${round}`, pieces: 2, everyMs: 10 }),
      });
      const begun = await front.until(() => answersBegun(front).get(thread_ts));
      // One mention comes as two events at once.
      const sentAt = Math.min(...site.sent.slice(before).map(({ at_ms }) => at_ms));
      if (round >= warmUps) times.push(begun - sentAt);
      await site.idle();
    }
    const note = `${rounds} mentions over HTTP, one after the other, stores and queue on disk`;
    return [
      millisecondRow('slack: mention sent → placeholder in the thread, p50', times, 0.5, {
        atMost: 300,
        note,
      }),
      millisecondRow('slack: mention sent → placeholder in the thread, p99', times, 0.99),
    ];
  } finally {
    await site.close();
  }
}
