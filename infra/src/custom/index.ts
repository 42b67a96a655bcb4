import type { CustomConstruct, CustomRights } from './custom-construct.ts';

/** Your additions, in the order in which they are built. */
export const customConstructs: readonly CustomConstruct[] = [];

/** What they need where GitHub deploys. */
export const customRights: CustomRights = () => ({ roles: [], deployment: [] });
