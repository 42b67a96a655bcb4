import type { Construct } from 'constructs';
import type { Events } from '../constructs/events.ts';
import type { HttpApi } from '../constructs/http-api.ts';
import type { Network } from '../constructs/network.ts';
import type { Notifications } from '../constructs/notifications.ts';
import type { Place } from '../constructs/place.ts';
import type { Secrets } from '../constructs/secrets.ts';
import type { ServiceFunction } from '../constructs/service-function.ts';
import type { SlackQueues } from '../constructs/slack-queues.ts';
import type { Tables } from '../constructs/tables.ts';
import type { Workflow } from '../constructs/workflow.ts';
import type { PolicyStatement } from '../constructs/write-policy.ts';
import type { Environment } from '../environment-schema.ts';
import type { FunctionKey } from '../function-catalog.ts';

/** The parts of an environment. Each gives the grants on what it owns: `tables.grantRead(role, ['runs'])`. */
export interface EnvironmentParts {
  readonly place: Place;
  readonly network: Network;
  readonly tables: Tables;
  readonly secrets: Secrets;
  readonly notifications: Notifications;
  readonly events: Events;
  readonly slackQueues: SlackQueues;
  readonly functions: Readonly<Record<FunctionKey, ServiceFunction>>;
  readonly workflow: Workflow;
  readonly api: HttpApi;
}

export interface CustomContext {
  /** Where new constructs go; the environment's tags come with it. */
  readonly scope: Construct;
  readonly parts: EnvironmentParts;
  readonly config: Environment;
  /** The environment's name, in front of every name. */
  readonly namePrefix: string;
}

/** Adds resources of your own to every environment. */
export type CustomConstruct = (context: CustomContext) => void;

/**
 * What additions need where GitHub deploys, beside what the environment's own parts do: `roles` for roles of the environment, which a
 * boundary holds, and `deployment` for whoever deploys. It comes into force with an apply of the bootstrap.
 */
export type CustomRights = (context: { readonly place: Place; readonly environment: string }) => {
  readonly roles: readonly PolicyStatement[];
  readonly deployment: readonly PolicyStatement[];
};
