import type { RunState } from '@hitl/core';
import type { Button, KnownBlock, RichTextSection } from '@slack/types';
import { actionIds } from '../approval-controls.ts';
import { actions, button, pageButton } from '../render/approval-buttons.ts';
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
  const blocks: KnownBlock[] = [
    ...(markdown.trim() === '' ? [] : [{ type: 'markdown' as const, text: markdown }]),
    ...taskBlocks(tasks),
    ...(run === undefined ? [] : statusBlocks(run, options.pageUrl)),
    ...(options.stopRunId === undefined ? [] : [stopBlock(options.stopRunId)]),
  ];
  return {
    text: fallbackText(markdown.trim() === '' ? statusWords(run) : markdown),
    blocks: blocks.length === 0 ? [richText('working', [section(own(statusWords(run)))])] : blocks,
  };
}

export function stopBlock(runId: string): KnownBlock {
  const stop: Button = { ...button('Stop', actionIds.stop, runId), style: 'danger' };
  return { ...actions([stop]), block_id: 'stop' };
}

function taskBlocks(tasks: readonly AnswerTask[]): KnownBlock[] {
  if (tasks.length === 0) return [];
  const shown = tasks.slice(-answerLimits.shownTasks);
  const lines: RichTextSection[] = shown.map(({ status, title, note }) =>
    section(own(`${marks[status]} `), foreign(title, { bold: true }), own(' '), foreign(note.slice(0, 120))),
  );
  const before = tasks.length - shown.length;
  return [
    richText('tasks', [
      ...(before === 0 ? [] : [section(own(`${before} calls before`))]),
      { type: 'rich_text_list', style: 'bullet', elements: lines },
    ]),
  ];
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
  const status = richText('status', [section(own(words[run.status]), own(' · '), foreign(run.run_id))]);
  const page = pageButton(pageUrl);
  return [status, ...(page.length === 0 ? [] : [actions(page)])];
}

function statusWords(run: RunState | undefined): string {
  return words[run?.status ?? 'running'];
}
