import { createLease, createPageSessions } from '@hitl/coordination';
import type { Clock, ItemStore, JobQueue } from '@hitl/core';
import type { Logger } from '@hitl/lambda';
import {
  checkSigningSecrets,
  createBotTokens,
  createInstallRoutes,
  createLoginRoutes,
  createSecretInstallationStore,
  createSlackCaller,
  createSlackIngress,
  createTokenRotation,
  type OauthClient,
  type SlackIngress,
  type SlackSecret,
  type WritableSecrets,
} from '@hitl/slack';

export interface SlackIngressFunctionDeps {
  /** The app's own secret, read for every request: it may be changed while we run. */
  readonly secret: () => Promise<SlackSecret>;
  readonly items: ItemStore;
  readonly queue: JobQueue;
  /** Where installations are kept, below `installationPrefix`. */
  readonly secrets: WritableSecrets;
  readonly installationPrefix: string;
  /** Default: the address that a request came to. */
  readonly publicUrl?: string | undefined;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly clock: Clock;
  /** Other than Slack's own, for tests and local peers. */
  readonly slackUrls?: { readonly api: string; readonly authorize: string; readonly signIn: string };
  readonly fetch?: typeof fetch;
}

/** Renewed here only when there is no other way: a click waits for it. The worker renews in good time. */
const tokenMarginMs = 5 * 60 * 1000;
/** The click is lost by then, and the token would be too: the gateway waits for thirty seconds. */
const renewalTimeoutMs = 10_000;

/** What Slack and browsers on their way to and from it call, for Lambda and for the local stack. */
export function createSlackIngressFunction(deps: SlackIngressFunctionDeps): SlackIngress {
  const { secret, items, queue, logger: log, clock } = deps;
  const fetching = deps.fetch === undefined ? {} : { fetch: deps.fetch };
  const slack = createSlackCaller({
    ...fetching,
    ...(deps.slackUrls === undefined ? {} : { apiUrl: deps.slackUrls.api }),
  });
  const installations = createSecretInstallationStore(deps.secrets, deps.installationPrefix);
  const oauthClient = async (): Promise<OauthClient | undefined> => {
    const { client_id: clientId, client_secret: clientSecret } = await secret();
    return clientId === undefined || clientSecret === undefined ? undefined : { clientId, clientSecret };
  };
  return createSlackIngress({
    signingSecrets: async () => signingSecretsOf(await secret()),
    items,
    queue,
    slack,
    botToken: createBotTokens({
      installations,
      fallbackToken: async () => (await secret()).bot_token,
      renewed: createTokenRotation({
        oauthClient,
        installations,
        lease: createLease(items, { clock }),
        slack,
        clock,
        marginMs: tokenMarginMs,
        timeoutMs: renewalTimeoutMs,
        log,
      }),
      clock,
    }),
    install: createInstallRoutes({
      oauthClient,
      publicUrl: deps.publicUrl,
      items,
      installations,
      slack,
      clock,
      log,
      ...(deps.slackUrls === undefined ? {} : { authorizeUrl: deps.slackUrls.authorize }),
    }),
    login: createLoginRoutes({
      oauthClient,
      publicUrl: deps.publicUrl,
      items,
      sessions: createPageSessions(items),
      slack,
      clock,
      log,
      ...(deps.slackUrls === undefined ? {} : { authorizeUrl: deps.slackUrls.signIn }),
    }),
    ...fetching,
    clock,
    log,
  });
}

/** @throws InvalidInputError where there is none */
export function signingSecretsOf(secret: SlackSecret): readonly string[] {
  const { signing_secret: current, previous_signing_secret: previous } = secret;
  return checkSigningSecrets([current, previous].filter((one) => one !== undefined));
}
