import { isoNow, sha256Hex } from '@hitl/core';
import { z } from 'zod';
import { type SlackJobOf, slackIdSchema } from '../jobs.ts';
import { queueEntryOf } from '../queue-entry-of.ts';
import { acknowledged, json, refusedForGood } from './answer.ts';
import type { SlackIngressDeps } from './ingress-deps.ts';

const commandFormSchema = z.object({
  command: z.string().max(100),
  text: z.string().max(8000).default(''),
  team_id: slackIdSchema,
  enterprise_id: slackIdSchema.optional().catch(undefined),
  is_enterprise_install: z.string().optional(),
  user_id: slackIdSchema,
  channel_id: slackIdSchema,
  response_url: z.string(),
  trigger_id: z.string().default(''),
});

type Command = SlackJobOf<'command'>['command'];

/** One slash command, its signature checked. Help is answered here; the rest by the worker through the `response_url`. */
export async function handleCommand(deps: SlackIngressDeps, form: URLSearchParams): Promise<Response> {
  const parsed = commandFormSchema.safeParse(Object.fromEntries(form));
  if (!parsed.success) {
    deps.log.warn('command not understood', {
      errors: parsed.error.issues.map(({ path }) => path.join('.')),
    });
    return refusedForGood(400, 'not a command');
  }
  const { data } = parsed;
  const command = readCommand(data.text);
  if (command === undefined) return ephemeral(helpText(data.command));
  const isOrgWide = data.is_enterprise_install === 'true';
  try {
    await deps.queue.send(
      queueEntryOf({
        kind: 'command',
        job_id: `command:${sha256Hex(JSON.stringify([data.team_id, data.user_id, data.trigger_id, data.text]))}`,
        received_at: isoNow(deps.clock),
        team_id: data.team_id,
        ...(isOrgWide && data.enterprise_id !== undefined ? { enterprise_id: data.enterprise_id } : {}),
        who: { team_id: data.team_id, user_id: data.user_id },
        channel_id: data.channel_id,
        response_url: data.response_url,
        command,
      }),
    );
  } catch (error) {
    deps.log.error('command not taken', { error });
    return ephemeral('Not possible now. Try again in a moment.');
  }
  return acknowledged();
}

/** `undefined` where help is the answer. */
function readCommand(text: string): Command | undefined {
  const [name = '', ...rest] = text.trim().split(/\s+/);
  const [id, ...more] = rest;
  switch (name.toLowerCase()) {
    case 'pending':
      return rest.length === 0 ? { name: 'pending' } : undefined;
    case 'show':
      return id !== undefined && id.length <= 200 && more.length === 0 ? { name: 'show', id } : undefined;
    case 'run': {
      const asked = text.trim().slice(name.length).trim();
      return asked === '' ? undefined : { name: 'run', text: asked };
    }
    default:
      return undefined;
  }
}

function helpText(command: string): string {
  // Only what Slack allows in a command's name: it is shown as mrkdwn.
  const shown = /^\/[\w-]+$/.test(command) ? command : '/hitl';
  return [
    `\`${shown} pending\` what waits for a decision`,
    `\`${shown} show ID\` one approval request or run, in full`,
    `\`${shown} run TEXT\` ask the agent to do something, e.g. \`${shown} run suspend jane@example.com\``,
    `\`${shown} help\` this`,
  ].join('\n');
}

function ephemeral(text: string): Response {
  return json({ response_type: 'ephemeral', text });
}
