import type { RequestDeps } from '@hitl/application';
import type { PageSessions } from '@hitl/coordination';
import type { Assurance, Channel, StreamEvent } from '@hitl/core';

/** Whom a credential stands for. */
export interface Credential {
  /** The one principal that it proves; absent where it may speak for anybody (the operator's token), who then is only `asserted`. */
  readonly principalId?: string;
  readonly assurance: Assurance;
  readonly channel: Channel;
}

/** Proves a request. @throws UnauthenticatedError when it carries no valid credential. */
export type Authenticate = (request: Request) => Promise<Credential>;

export interface ApiDeps extends RequestDeps {
  /** For the API. The pages that people sign in to ask `pageSessions` instead, and never the other way round. */
  readonly authenticate: Authenticate;
  /** Browsers in which somebody signed in; absent where nobody can. */
  readonly pageSessions?: PageSessions;
  readonly version: string;
  /** Live events of a run, from now until it finishes, waits for people, or `signal` aborts. */
  readonly subscribe: (runId: string, signal: AbortSignal) => AsyncIterable<StreamEvent>;
  /** Named health checks; a rejected one is reported, never thrown. */
  readonly healthChecks: Readonly<Record<string, () => Promise<void>>>;
  /** Checks the whole record; `expectedHead` is a checkpoint's hash that somebody noted elsewhere. */
  readonly verifyAudit: (expectedHead?: string) => Promise<object>;
  /** The whole record as JSON Lines. */
  readonly exportAudit: () => AsyncIterable<string>;
}
