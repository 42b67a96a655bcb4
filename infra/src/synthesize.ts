import { join } from 'node:path';
import { App } from 'cdktf';
import type { CustomConstruct, CustomRights } from './custom/custom-construct.ts';
import { customConstructs } from './custom/index.ts';
import { customRights } from './custom/rights.ts';
import type { Bootstrap, Deployment } from './environment-schema.ts';
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
  readonly rights?: CustomRights;
  /** The environment's own. */
  readonly bootstrap?: Bootstrap;
}

/** The stack of one deployment, not yet written. */
export function createStack(
  outFolder: string,
  options: SynthesizeOptions,
): { readonly app: App; readonly stack: BootstrapStack | EnvironmentStack } {
  const { name, deployment, state = 'local', codeOf, bootstrap } = options;
  const { custom = customConstructs, rights = customRights } = options;
  const app = new App({ outdir: outFolder, skipValidation: true });
  // Where GitHub deploys an environment, its bootstrap makes the boundary of its roles.
  const rolesAreBounded = bootstrap?.github?.environments.includes(name) ?? false;
  const stack =
    deployment.kind === 'bootstrap'
      ? new BootstrapStack(app, name, { config: deployment, state, customRights: rights })
      : new EnvironmentStack(app, { config: deployment, codeOf, custom, rolesAreBounded });
  return { app, stack };
}

/** The folder that Terraform runs in. */
export function stackFolderOf(outFolder: string, name: string): string {
  return join(outFolder, 'stacks', name);
}
