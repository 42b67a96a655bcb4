import type { CustomRights } from './custom-construct.ts';

/** What your additions need where GitHub deploys. */
export const customRights: CustomRights = () => ({ roles: [], deployment: [] });
