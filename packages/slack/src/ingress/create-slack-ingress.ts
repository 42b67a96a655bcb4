import { slackPaths } from '../slack-paths.ts';
import { verifySignature } from '../verify/verify-signature.ts';
import { acknowledged, refusedForGood, unavailable } from './answer.ts';
import { handleCommand } from './handle-command.ts';
import { handleEvent } from './handle-event.ts';
import { handleInteraction } from './handle-interaction.ts';
import type { SlackIngressDeps } from './ingress-deps.ts';
import { readBody } from './read-body.ts';

export type SlackIngress = (request: Request) => Promise<Response>;

type Handle = (deps: SlackIngressDeps, body: Uint8Array) => Promise<Response>;

const handlers: Readonly<Record<string, Handle>> = {
  [slackPaths.events]: (deps, body) => {
    let event: unknown;
    try {
      event = JSON.parse(Buffer.from(body).toString('utf8'));
    } catch {
      return Promise.resolve(refusedForGood(400, 'not JSON'));
    }
    return handleEvent(deps, event);
  },
  [slackPaths.interactions]: withForm(handleInteraction),
  [slackPaths.commands]: withForm(handleCommand),
};

/** What browsers call, without a signature. */
const openRoutes: Readonly<
  Record<string, (deps: SlackIngressDeps, request: Request) => Promise<Response> | undefined>
> = {
  [slackPaths.install]: (deps, request) => deps.install?.start(request),
  [slackPaths.oauthCallback]: (deps, request) => deps.install?.finish(request),
  [slackPaths.login]: (deps, request) => deps.login?.start(request),
  [slackPaths.loginCallback]: (deps, request) => deps.login?.finish(request),
};

/**
 * What Slack calls: events, clicks and commands. Nothing of a request is looked at before its signature over the raw bytes is
 * checked. Answers at once and does nothing that can wait; that is in the queue when Slack gets its 200.
 */
export function createSlackIngress(deps: SlackIngressDeps): SlackIngress {
  return async (request) => {
    const { pathname } = new URL(request.url);
    const open = openRoutes[pathname];
    const handle = handlers[pathname];
    if (open === undefined && handle === undefined) return refusedForGood(404, 'not found');
    const method = open === undefined ? 'POST' : 'GET';
    if (request.method !== method) {
      const refusal = refusedForGood(405, `${method} only`);
      refusal.headers.set('allow', method);
      return refusal;
    }
    try {
      if (handle === undefined) return (await open?.(deps, request)) ?? refusedForGood(404, 'not found');
      const body = await readBody(request);
      if (body === undefined) return refusedForGood(413, 'too large');
      const secrets = await deps.signingSecrets();
      const verdict = verifySignature(
        { headers: request.headers, body },
        { secrets, nowMs: deps.clock.now() },
      );
      if (!verdict.isValid) {
        deps.log.warn('request refused', { reason: verdict.reason });
        return refusedForGood(401, 'signature refused');
      }
      return await handle(deps, body);
    } catch (error) {
      // Not taken: Slack delivers an event again, and shows a person that their click did not work.
      deps.log.error('request failed', {
        error,
        retry: request.headers.get('x-slack-retry-num') ?? undefined,
      });
      return unavailable();
    }
  };
}

function withForm(handle: (deps: SlackIngressDeps, form: URLSearchParams) => Promise<Response>): Handle {
  return (deps, body) => {
    const form = new URLSearchParams(Buffer.from(body).toString('utf8'));
    // Slack checks the certificate now and then; signed like everything else.
    if (form.get('ssl_check') === '1') return Promise.resolve(acknowledged());
    return handle(deps, form);
  };
}
