export { createLoginRoutes, type LoginRoutes, type LoginRoutesOptions } from './create-login-routes.ts';
