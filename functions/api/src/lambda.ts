import { exportLog, verifyLog } from '@hitl/audit';
import { createFunction, openApplication } from '@hitl/cloud';
import { createPageSessions } from '@hitl/coordination';
import { type HttpResult, loadEnv, problemResult, toHttpResult, toRequest } from '@hitl/lambda';
import { createGatewayAuthenticator } from './authenticate-gateway.ts';
import { createApi } from './create-api.ts';
import { refuseTooLarge } from './refuse-too-large.ts';

const version = '0.1.0';
/** API Gateway waits for 30 seconds: a watched run is told of as far as it came by then. */
const longestStreamMs = 25_000;
/** Kept of the function's time to send what there is. */
const marginMs = 4000;

/** What Lambda calls, for every route of the HTTP API; `{rawPath: '/healthz', requestContext: {}}` will do too. */
export const handler = createFunction({
  name: 'api',
  async open(runtime) {
    const { SESSION_NAME_ROLES: sessionNameRoles } = loadEnv({ optional: ['SESSION_NAME_ROLES'] });
    const { deps, feed, stores, ensurePolicyRecorded } = await openApplication(runtime);
    const { bind, authenticate } = createGatewayAuthenticator({
      directory: deps.directory,
      sessionNameRoles: sessionNameRoles?.split(','),
    });
    const record = { log: stores.auditLog, blobs: stores.blobs };
    const app = createApi({
      ...deps,
      authenticate,
      pageSessions: createPageSessions(stores.items),
      version,
      subscribe: (runId, signal) => feed.subscribe(runId, signal),
      healthChecks: {
        store: async () => void (await stores.runs.list({ limit: 1 })),
        record: async () => void (await stores.auditLog.head('checkpoints')),
      },
      verifyAudit: (expectedHead) => verifyLog({ ...record, expectedHead }),
      exportAudit: () => exportLog(record),
    });
    return async (event: unknown, { remainingMs, correlationId }): Promise<HttpResult> => {
      const untilMs = Math.min(longestStreamMs, Math.max(0, remainingMs() - marginMs));
      const request = toRequest(event, { signal: AbortSignal.timeout(untilMs) });
      bind(request, (event as { requestContext?: unknown }).requestContext);
      // Whether the service can work is answered whatever the answer is.
      if (new URL(request.url).pathname !== '/healthz') await ensurePolicyRecorded();
      return refuseTooLarge(await toHttpResult(await app.fetch(request)), correlationId);
    };
  },
  onError: problemResult,
});
