import type { Clock } from '@hitl/core';
import type { EmulatedWorkspace } from './emulated-workspace.ts';
import type { ResponseUrls } from './response-urls.ts';
import type { SlackAnswer, SlackArguments } from './slack-call.ts';
import type { SlackStreams } from './slack-streams.ts';
import type { SlackToken, SlackTokens } from './slack-tokens.ts';
import type { SlackViews } from './slack-views.ts';

/** A message that only one person sees. */
export interface EphemeralMessage {
  readonly team_id: string;
  readonly channel: string;
  readonly user: string;
  readonly ts: string;
  readonly text: string;
  readonly blocks?: readonly Record<string, unknown>[];
  readonly thread_ts?: string;
}

/** What stands under a thread while the app thinks. */
export interface ThreadStatus {
  readonly channel: string;
  readonly thread_ts: string;
  readonly status: string;
  readonly loading_messages: readonly string[];
  readonly at_ms: number;
}

export interface AgentSession {
  readonly channel: string;
  readonly thread_ts: string;
  readonly status: string;
  readonly title?: string;
}

/** What the methods of one front share. */
export interface FrontContext {
  readonly clock: Clock;
  readonly workspaces: readonly EmulatedWorkspace[];
  readonly tokens: SlackTokens;
  readonly streams: SlackStreams;
  readonly views: SlackViews;
  readonly responseUrls: ResponseUrls;
  readonly ephemerals: EphemeralMessage[];
  readonly statuses: Map<string, ThreadStatus>;
  readonly sessions: Map<string, AgentSession>;
  /** What one message may hold, in characters of its blocks' JSON. */
  blockCharacters: number;
}

export interface SlackCall {
  readonly args: SlackArguments;
  readonly token: SlackToken;
  readonly workspace: EmulatedWorkspace;
}

export type SlackMethod = (front: FrontContext, call: SlackCall) => Promise<SlackAnswer> | SlackAnswer;

export function threadKey(channel: string, threadTs: string): string {
  return `${channel}:${threadTs}`;
}
