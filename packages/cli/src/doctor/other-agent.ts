import type { Diagnosis } from './diagnosis.ts';

/** Of the address only its host is shown: the rest may say more than it should. */
export function otherAgentNote(url: string, how: string): Diagnosis {
  const isUrl = URL.canParse(url);
  return {
    name: 'other agent',
    state: isUrl ? 'note' : 'failing',
    detail: `AGENTCORE_GATEWAY_URL is set: answers in Slack come from ${isUrl ? new URL(url).host : 'an address that is none'}, ${how}; what that agent does is not gated here`,
  };
}
