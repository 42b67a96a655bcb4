import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const openApiPath = fileURLToPath(new URL('../../functions/api/openapi.json', import.meta.url));
const openApiSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

/** Slack calls these, or a browser on its way to and from Slack: the function verifies signatures and states. */
export const slackRoutes: readonly string[] = [
  'POST /events',
  'POST /slack/interactions',
  'POST /slack/commands',
  'GET /slack/install',
  'GET /oauth/callback',
  'GET /slack/login',
  'GET /slack/login/callback',
];

/** Browsers call these with the session that such a sign-in began; the API's function checks it at each call. */
export const pageRoutes: readonly string[] = [
  'GET /slack/approvals/{approval_id}',
  'POST /slack/approvals/{approval_id}/ballot',
  'POST /slack/approvals/{approval_id}/revision',
  'POST /slack/logout',
];

/** The only routes that API Gateway lets everybody call. */
export const openRoutes: readonly string[] = ['GET /healthz', ...slackRoutes, ...pageRoutes];

/** The routes of the API function, from the description that it is tested against. */
export function readApiRoutes(path: string = openApiPath): string[] {
  const { paths } = openApiSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  return Object.entries(paths)
    .flatMap(([route, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${route}`))
    .filter((route) => !slackRoutes.includes(route));
}
