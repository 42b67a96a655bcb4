import type { RunState } from '@hitl/core';
import type { Button, KnownBlock, RichTextSection } from '@slack/types';
import { actionIds } from '../approval-controls.ts';
import { actions, button, pageButton } from '../render/approval-buttons.ts';
import { clip } from '../render/clip.ts';
import { fallbackText } from '../render/fallback-text.ts';
import type { SlackMessage } from '../render/render-approval-card.ts';
import { foreign, own, richText, section } from '../render/rich-text.ts';
import { answerLimits } from './answer-limits.ts';
import type { AnswerTask } from './answer-tasks.ts';

const marks = { pending: '⏸', in_progress: '⏳', complete: '✅', error: '⛔' } as const;

/** An answer, or a part of it, as one whole message. */
export function answerMessage(options: {
  /** Harmless Markdown. */
  readonly markdown: string;
  readonly tasks: readonly AnswerTask[];
  readonly run?: RunState | undefined;
  readonly pageUrl?: string | undefined;
  /** The run that a Stop button stops; none while it is not known, or once the run is over. */
  readonly stopRunId?: string | undefined;
}): SlackMessage {
  const { markdown, tasks, run } = options;
  const end: KnownBlock[] = [
    ...(run === undefined ? [] : statusBlocks(run, options.pageUrl)),
    ...(options.stopRunId === undefined ? [] : [stopBlock(options.stopRunId)]),
  ];
  const blocks: KnownBlock[] = markdown.trim() === '' ? [] : [{ type: 'markdown' as const, text: markdown }];
  const left = answerLimits.messageCharacters - JSON.stringify([...blocks, ...end]).length;
  blocks.push(...taskBlocks(tasks, left));
  if (blocks.length === 0 && run === undefined)
    blocks.push(richText('working', [section(own(statusWords(run)))]));
  return {
    text: fallbackText(markdown.trim() === '' ? statusWords(run) : markdown),
    blocks: [...blocks, ...end],
  };
}

export function stopBlock(runId: string): KnownBlock {
  const stop: Button = { ...button('Stop', actionIds.stop, runId), style: 'danger' };
  return { ...actions([stop]), block_id: 'stop' };
}

/** As many of the newest as there is room for; it says how many there were before. */
function taskBlocks(tasks: readonly AnswerTask[], maxCharacters: number): KnownBlock[] {
  const lines: RichTextSection[] = tasks.map(({ status, title, note }) =>
    section(own(`${marks[status]} `), foreign(title, { bold: true }), own(' '), foreign(clip(note, 120))),
  );
  for (let count = Math.min(lines.length, answerLimits.shownTasks); count > 0; count -= 1) {
    const before = lines.length - count;
    const block = richText('tasks', [
      ...(before === 0 ? [] : [section(own(`${before} calls before`))]),
      { type: 'rich_text_list', style: 'bullet', elements: lines.slice(-count) },
    ]);
    if (JSON.stringify(block).length <= maxCharacters) return [block];
  }
  return lines.length === 0 ? [] : [richText('tasks', [section(own(`${lines.length} calls`))])];
}

const words = {
  running: 'Working …',
  awaiting_approval: '⏸ Waits for approval. The answer goes on here once it is decided.',
  completed: '✅ Done',
  denied: '⛔ Denied by the policy',
  rejected: '⛔ Rejected',
  expired: '⌛ Expired: nobody decided in time',
  failed: '❌ Failed',
  cancelled: '⏹ Stopped',
} as const;

export function statusBlocks(run: RunState, pageUrl?: string): KnownBlock[] {
  const stopper = run.status === 'cancelled' ? run.cancel_requested_by : undefined;
  const status = richText('status', [
    section(
      own(words[run.status]),
      ...(stopper === undefined ? [] : [own(' by '), foreign(clip(stopper, 100), { bold: true })]),
      own(' · '),
      foreign(run.run_id),
    ),
  ]);
  const page = pageButton(pageUrl);
  return [status, ...(page.length === 0 ? [] : [actions(page)])];
}

function statusWords(run: RunState | undefined): string {
  return words[run?.status ?? 'running'];
}
