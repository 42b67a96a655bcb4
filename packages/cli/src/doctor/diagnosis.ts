import type { ApiClient } from '../api-client.ts';

export interface Diagnosis {
  readonly name: string;
  readonly state: 'ok' | 'note' | 'failing';
  readonly detail: string;
  /** What to do about it. */
  readonly remedy?: string;
}

export interface DiagnoseOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly dataDir: string;
  readonly connect: () => Promise<ApiClient>;
  /** `--api` names a deployed API: what this machine is configured for is then beside the point. */
  readonly isDeployed: boolean;
}

export type Check = (options: DiagnoseOptions) => Promise<Diagnosis[]>;
