import type { SlackFront } from '@hitl/testing/slack';

/** When the first message of an answer stood in each thread, by the thread's `ts`, in epoch milliseconds. */
export function answersBegun(front: SlackFront): ReadonlyMap<string, number> {
  const begun = new Map<string, number>();
  for (const { method, args, at_ms, ok } of front.calls()) {
    const isFirst = method === 'chat.startStream' || method === 'chat.postMessage';
    const thread = String(args.thread_ts);
    if (ok && isFirst && !begun.has(thread)) begun.set(thread, at_ms);
  }
  return begun;
}
