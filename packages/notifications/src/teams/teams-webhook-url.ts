import { parseWebhookUrl } from '../delivery/webhook-url.ts';

const newWorkflow =
  'make a workflow from the template "Send webhook alerts to a channel" in Teams and set its URL here instead';

/** Hosts of Workflows, which took over from the connectors. */
export const teamsHosts: readonly string[] = ['.powerplatform.com'];

const endedHosts = [
  {
    host: '.webhook.office.com',
    reason: `is an Office 365 connector, which Microsoft has ended: ${newWorkflow}`,
  },
  {
    host: 'outlook.office.com',
    reason: `is an Office 365 connector, which Microsoft has ended: ${newWorkflow}`,
  },
  {
    host: 'outlook.office365.com',
    reason: `is an Office 365 connector, which Microsoft has ended: ${newWorkflow}`,
  },
  {
    host: '.logic.azure.com',
    reason:
      'no longer starts workflows since 30 November 2025: open the workflow, copy the new URL of its trigger and set that here instead',
  },
] as const;

export interface TeamsUrlOptions {
  /** The setting, as errors name it. */
  readonly name?: string;
  /** More hosts than `teamsHosts`, e.g. of a national cloud: `.example.com` is everything below it. */
  readonly allowedHosts?: readonly string[];
  readonly allowLoopback?: boolean;
}

/** @throws InvalidInputError with the reason and what to do; never with the URL, which is a secret */
export function parseTeamsWebhookUrl(text: string, options: TeamsUrlOptions = {}): URL {
  return parseWebhookUrl(text, {
    name: options.name ?? 'TEAMS_WEBHOOK_URL',
    allowedHosts: [...teamsHosts, ...(options.allowedHosts ?? [])],
    endedHosts,
    ...(options.allowLoopback === undefined ? {} : { allowLoopback: options.allowLoopback }),
  });
}
