import { checkView } from '../check-view.ts';
import type { SlackMethod } from '../front-context.ts';
import { isRecord, refuse, refuseBlocks, type SlackAnswer, textOf } from '../slack-call.ts';
import type { OpenView } from '../slack-views.ts';

const maxDepth = 3;

function viewProblem(view: unknown): SlackAnswer | undefined {
  const errors = checkView(view);
  return errors.length === 0 ? undefined : refuseBlocks(errors, 'invalid_arguments');
}

/** A view as Slack hands it back. */
function formatView(open: OpenView): object {
  return {
    id: open.id,
    team_id: open.team_id,
    state: { values: {} },
    hash: open.hash,
    previous_view_id: open.previous_view_id,
    root_view_id: open.root_view_id,
    private_metadata: '',
    callback_id: '',
    external_id: '',
    ...open.view,
  };
}

function opening(pushes: boolean): SlackMethod {
  return (front, { args }) => {
    const problem = viewProblem(args.view);
    if (problem !== undefined) return problem;
    const trigger = front.views.take(textOf(args, 'trigger_id'));
    if (typeof trigger === 'string') return refuse(trigger);
    const onto = trigger.view_id === undefined ? undefined : front.views.find(trigger.view_id);
    if (pushes) {
      if (onto === undefined) return refuse('view_not_found');
      const depth = front.views.all().filter((view) => view.root_view_id === onto.root_view_id).length;
      if (depth >= maxDepth) return refuse('push_limit_reached');
    }
    const opened = front.views.open(trigger, args.view as Record<string, unknown>, pushes ? onto : undefined);
    return { ok: true, view: formatView(opened) };
  };
}

export const openView = opening(false);
export const pushView = opening(true);

export const updateView: SlackMethod = (front, { args }) => {
  const problem = viewProblem(args.view);
  if (problem !== undefined) return problem;
  const externalId = textOf(args, 'external_id');
  const open =
    front.views.find(textOf(args, 'view_id')) ??
    front.views.all().find(({ view }) => externalId !== '' && view.external_id === externalId);
  if (open === undefined) return refuse('not_found');
  const hash = textOf(args, 'hash');
  if (hash !== '' && hash !== open.hash) return refuse('hash_conflict');
  if (!isRecord(args.view)) return refuse('invalid_arguments');
  return { ok: true, view: formatView(front.views.replace(open.id, args.view)) };
};
