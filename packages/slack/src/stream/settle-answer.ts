import { type RunState, sha256Hex } from '@hitl/core';
import { answerLimits } from './answer-limits.ts';
import type { AnswerParts } from './answer-parts.ts';
import { cutPoint, skipSpace } from './split-answer.ts';

/**
 * Makes the messages of an answer show all of its text, and closes them: what stands is left, what is open is completed, and from the
 * first message on that shows another text than the record has, everything is laid out anew. The last one says how it stands.
 */
export async function settleAnswer(
  parts: AnswerParts,
  run: RunState,
  whole: string,
  leftMs: () => number,
): Promise<void> {
  const endOf = (from: number): number => cutPoint(whole, from, answerLimits.partCharacters) ?? whole.length;
  let at = 0;
  let isAnew = false;
  for (const part of parts.state.parts) {
    if (!isAnew && part.to !== undefined && part.digest === sha256Hex(whole.slice(part.from, part.to))) {
      at = part.to;
      continue;
    }
    if (part.is_open && !isAnew && part.from <= whole.length) {
      const isSent = part.mode === 'stream' && part.acknowledged <= whole.length;
      await parts.close(
        part,
        Math.max(endOf(part.from), isSent ? part.acknowledged : part.from),
        run,
        leftMs(),
      );
    } else {
      const from = Math.min(isAnew ? skipSpace(whole, at) : part.from, whole.length);
      isAnew = true;
      await parts.rewrite(part, from, endOf(from), run, leftMs());
    }
    at = parts.state.parts.find(({ ts }) => ts === part.ts)?.to ?? at;
  }
  let from = skipSpace(whole, at);
  while (from < whole.length || parts.state.parts.length === 0) {
    await parts.post(from, endOf(from), run, leftMs());
    from = skipSpace(whole, endOf(from));
  }
  const last = parts.state.parts.at(-1);
  if (last === undefined || last.ending === run.status) return;
  // Handed over, and nothing came behind it. What says that people are waited for stays, as their votes stand below it.
  if (last.ending === undefined) await parts.rewrite(last, last.from, whole.length, run, leftMs());
  else await parts.post(whole.length, whole.length, run, leftMs());
}
