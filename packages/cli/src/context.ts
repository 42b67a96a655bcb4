import type { ApiClient } from './api-client.ts';
import type { Output } from './output.ts';

/** What every command is given. */
export interface CommandContext {
  readonly output: Output;
  /** The API that the options name: connected when first asked for. */
  readonly api: (options?: { readonly isReachable?: boolean }) => Promise<ApiClient>;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The process ends with this unless an error says otherwise. */
  exitCode: number;
}
