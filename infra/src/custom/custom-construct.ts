import type { Environment } from '../environment-schema.ts';
import type { EnvironmentStack } from '../stacks/environment-stack.ts';

/** What an addition is given: the stack with all its parts, the environment's data, and the prefix for names. */
export interface CustomContext {
  readonly stack: EnvironmentStack;
  readonly config: Environment;
  readonly namePrefix: string;
}

/** Adds resources of your own to every environment. Grants are given by the owners: `tables.grantRead(role, ['runs'])`. */
export type CustomConstruct = (context: CustomContext) => void;
