import type { Grant } from '../records/grant.ts';
import type { Page } from './run-store.ts';

export interface GrantSummary extends Grant {
  readonly uses: number;
  readonly revoked: boolean;
  readonly created_at: string;
  readonly sequence: number;
}

/** Derived list of grants; a use is decided on the grant's own stream, never on this list. */
export interface GrantStore {
  put(summary: GrantSummary): Promise<void>;
  get(grantId: string): Promise<GrantSummary | undefined>;
  /** Newest first. */
  list(query: { limit: number; cursor?: string }): Promise<Page<GrantSummary>>;
  /** Unrevoked, unexpired ones of one grantee for one tool; may be behind the record. */
  listCandidates(query: {
    grantee_id: string;
    server: string;
    tool: string;
    now: string;
  }): Promise<readonly GrantSummary[]>;
}
