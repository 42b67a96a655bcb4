import { z } from 'zod';
import { defineRoute, type Route } from '../define-route.ts';

const checkTimeoutMs = 2000;

export const healthRoutes: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: '/healthz',
    operationId: 'getHealth',
    summary: 'Whether the service can work',
    credential: 'none',
    response: z.object({
      status: z.enum(['ok', 'degraded']),
      version: z.string(),
      checks: z.record(z.string(), z.enum(['ok', 'failing'])),
    }),
    status: 200,
    alsoStatuses: [503],
    errors: [],
    async handle(deps) {
      const results = await Promise.all(
        Object.entries(deps.healthChecks).map(async ([name, check]) => [name, await passes(check)] as const),
      );
      const isOk = results.every(([, passed]) => passed);
      return {
        status: isOk ? 200 : 503,
        body: {
          status: isOk ? 'ok' : 'degraded',
          version: deps.version,
          checks: Object.fromEntries(results.map(([name, passed]) => [name, passed ? 'ok' : 'failing'])),
        },
      };
    },
  }),
];

/** A check that throws or hangs is failing; what it said stays inside. */
async function passes(check: () => Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await Promise.race([
      check(),
      new Promise((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error('timed out')), checkTimeoutMs);
      }),
    ]);
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
