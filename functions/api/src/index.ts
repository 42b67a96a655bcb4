export type { ApiDeps, Authenticate, Credential } from './api-deps.ts';
export { createApi } from './create-api.ts';
export { describeApi } from './describe-api.ts';
export { identifyCaller } from './identify-caller.ts';
export { routes } from './routes/index.ts';
