import { join } from 'node:path';
import { App } from 'cdktf';
import type { CustomConstruct } from './custom/custom-construct.ts';
import { customConstructs } from './custom/index.ts';
import type { Deployment } from './environment-schema.ts';
import type { CodeSource } from './package-functions.ts';
import { BootstrapStack } from './stacks/bootstrap-stack.ts';
import { EnvironmentStack } from './stacks/environment-stack.ts';

export interface SynthesizeOptions {
  readonly name: string;
  readonly deployment: Deployment;
  /** Of the bootstrap stack: its own bucket can hold its state, once it is there. */
  readonly state?: 'local' | 'bucket';
  readonly codeOf: CodeSource;
  readonly custom?: readonly CustomConstruct[];
}

/** The stack of one deployment, not yet written. */
export function createStack(
  outFolder: string,
  options: SynthesizeOptions,
): { readonly app: App; readonly stack: BootstrapStack | EnvironmentStack } {
  const { name, deployment, state = 'local', codeOf, custom = customConstructs } = options;
  const app = new App({ outdir: outFolder, skipValidation: true });
  const stack =
    deployment.kind === 'bootstrap'
      ? new BootstrapStack(app, name, { config: deployment, state })
      : new EnvironmentStack(app, { config: deployment, codeOf, custom });
  return { app, stack };
}

/** The folder that Terraform runs in. */
export function stackFolderOf(outFolder: string, name: string): string {
  return join(outFolder, 'stacks', name);
}
