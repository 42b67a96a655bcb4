import type { TokenOwner } from '@hitl/slack';
import type { ApiClient } from '../api-client.ts';

export interface Diagnosis {
  readonly name: string;
  readonly state: 'ok' | 'note' | 'failing';
  readonly detail: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** Asks Slack. */
export type AskTokenOwner = (token: string) => Promise<TokenOwner>;

export interface DiagnoseOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly dataDir: string;
  readonly connect: () => Promise<ApiClient>;
  /** `--api` names a deployed API: what this machine is configured for is then beside the point. */
  readonly isDeployed: boolean;
  /** Only where Slack itself is to be asked. */
  readonly askSlack?: AskTokenOwner | undefined;
}

export type Check = (options: DiagnoseOptions) => Promise<Diagnosis[]>;
