import { type CallStatus, qualifiedName, type RunState, type StreamEvent } from '@hitl/core';
import type { TaskUpdateChunk } from '@slack/types';
import { breakAddresses } from '../render/break-addresses.ts';
import { clip } from '../render/clip.ts';

export interface AnswerTask {
  readonly id: string;
  readonly title: string;
  readonly status: TaskUpdateChunk['status'];
  readonly note: string;
}

/** The tool calls of an answer as tasks, in the order in which they were proposed. */
export interface AnswerTasks {
  take(event: StreamEvent): void;
  /** The record knows better. */
  takeRun(run: RunState): void;
  list(): readonly AnswerTask[];
}

const endings: Readonly<Record<CallStatus, readonly [AnswerTask['status'], string]>> = {
  allowed: ['in_progress', 'allowed by the policy'],
  denied: ['error', 'denied by the policy, not executed'],
  awaiting_approval: ['pending', 'waits for approval'],
  approved: ['in_progress', 'approved'],
  executing: ['in_progress', 'being executed'],
  succeeded: ['complete', 'done'],
  failed: ['error', 'failed'],
  unknown: ['error', 'nobody knows whether it took effect'],
  refused: ['error', 'refused, not executed'],
  rejected: ['error', 'rejected, not executed'],
  expired: ['error', 'approval expired, not executed'],
  cancelled: ['error', 'cancelled, not executed'],
};

export function createAnswerTasks(): AnswerTasks {
  const tasks = new Map<string, AnswerTask>();
  function put(
    id: string,
    call: { readonly server: string; readonly tool: string },
    status: CallStatus,
    why?: string,
  ): void {
    const [shown, words] = endings[status];
    const title = harmless(qualifiedName(call), 150);
    tasks.set(id, {
      id,
      title,
      status: shown,
      note: why === undefined || why === '' ? words : `${words}: ${harmless(why, 300)}`,
    });
  }
  return {
    take(event) {
      switch (event.type) {
        case 'tool-call-proposed':
          tasks.set(event.call_id, {
            id: event.call_id,
            title: harmless(qualifiedName(event), 150),
            status: 'in_progress',
            note: 'asking the policy',
          });
          return;
        case 'decision-made': {
          const status = { allow: 'allowed', approval: 'awaiting_approval', deny: 'denied' } as const;
          put(event.call_id, event, status[event.decision.effect], event.decision.reasons.join(' · '));
          return;
        }
        case 'approval-requested':
          for (const id of event.call_ids) {
            const task = tasks.get(id);
            if (task !== undefined)
              tasks.set(id, {
                ...task,
                status: 'pending',
                note: `waits for approval ${harmless(event.approval_id, 100)}`,
              });
          }
          return;
        case 'tool-call-executed':
          if (isCallStatus(event.status)) put(event.call_id, event, event.status, event.error?.message);
          return;
      }
    },
    takeRun(run) {
      for (const call of run.calls.values()) {
        const why =
          call.status === 'awaiting_approval'
            ? call.approval_id
            : call.status === 'denied'
              ? call.decision.reasons.join(' · ')
              : call.error?.message;
        put(call.call_id, call, call.status, why);
      }
    },
    list: () => [...tasks.values()],
  };
}

function isCallStatus(text: string): text is CallStatus {
  return Object.hasOwn(endings, text);
}

/** What parses a task's texts is not published, so nothing is left in them that any of Slack's languages would act on. */
function harmless(text: string, max: number): string {
  return clip(
    breakAddresses(text.replace(/[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]+/gu, ' '))
      .replaceAll('<', '‹')
      .replaceAll('>', '›')
      .replaceAll('`', "'")
      .replace(/\bmailto:/gi, '$& ')
      // The code of an emoji.
      .replace(/:(?=[\w+'-]+:)/g, ': ')
      .replaceAll('](', '] (')
      .replace(/@(?=channel|here|everyone)/gi, '@ '),
    max,
  );
}
