import { randomBytes } from 'node:crypto';
import type { Clock } from '@hitl/core';

/** A modal as somebody sees it. */
export interface OpenView {
  readonly id: string;
  readonly team_id: string;
  readonly user: string;
  readonly hash: string;
  /** As the app sent it last. */
  readonly view: Readonly<Record<string, unknown>>;
  readonly root_view_id: string;
  readonly previous_view_id: string | null;
}

export interface SlackTrigger {
  readonly team_id: string;
  readonly user: string;
  /** The view from which it came, for `views.push`. */
  readonly view_id?: string;
}

export interface SlackViews {
  createTrigger(trigger: SlackTrigger): string;
  /** Spends the trigger: each opens one view, within three seconds. */
  take(
    triggerId: string,
  ): SlackTrigger | 'invalid_trigger_id' | 'expired_trigger_id' | 'exchanged_trigger_id';
  open(trigger: SlackTrigger, view: Readonly<Record<string, unknown>>, onto?: OpenView): OpenView;
  replace(id: string, view: Readonly<Record<string, unknown>>): OpenView;
  find(id: string): OpenView | undefined;
  close(id: string): void;
  all(): readonly OpenView[];
}

const triggerLifeMs = 3000;

export function createSlackViews(clock: Clock): SlackViews {
  const triggers = new Map<string, SlackTrigger & { readonly at_ms: number; spent: boolean }>();
  const views = new Map<string, OpenView>();
  const id = (prefix: string): string => prefix + randomBytes(6).toString('hex').toUpperCase();
  return {
    createTrigger(trigger) {
      const triggerId = `${clock.now()}.${randomBytes(4).readUInt32BE()}.${randomBytes(12).toString('hex')}`;
      triggers.set(triggerId, { ...trigger, at_ms: clock.now(), spent: false });
      return triggerId;
    },
    take(triggerId) {
      const trigger = triggers.get(triggerId);
      if (trigger === undefined) return 'invalid_trigger_id';
      if (trigger.spent) return 'exchanged_trigger_id';
      if (clock.now() - trigger.at_ms > triggerLifeMs) return 'expired_trigger_id';
      trigger.spent = true;
      return trigger;
    },
    open(trigger, view, onto) {
      const viewId = id('V');
      const opened: OpenView = {
        id: viewId,
        team_id: trigger.team_id,
        user: trigger.user,
        hash: `${clock.now()}.${randomBytes(4).toString('hex')}`,
        view,
        root_view_id: onto?.root_view_id ?? viewId,
        previous_view_id: onto?.id ?? null,
      };
      views.set(viewId, opened);
      return opened;
    },
    replace(viewId, view) {
      const before = views.get(viewId);
      if (before === undefined) throw new Error(`there is no view ${viewId}`);
      const after = { ...before, view, hash: `${clock.now()}.${randomBytes(4).toString('hex')}` };
      views.set(viewId, after);
      return after;
    },
    find: (viewId) => views.get(viewId),
    close: (viewId) => void views.delete(viewId),
    all: () => [...views.values()],
  };
}
