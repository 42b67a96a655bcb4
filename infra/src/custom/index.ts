import type { CustomConstruct } from './custom-construct.ts';

/** Your additions, in the order in which they are built. */
export const customConstructs: readonly CustomConstruct[] = [];
