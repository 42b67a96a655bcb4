import {
  type CallState,
  canonicalJson,
  type JsonValue,
  type Payload,
  type RunEvent,
  redactSecrets,
  redactText,
  storePayload,
  type ToolOutcome,
} from '@hitl/core';
import type { ApplicationDeps } from './application-deps.ts';
import { persist } from './persist.ts';

type ResultDeps = Pick<ApplicationDeps, 'blobs' | 'logger'>;

const maxMessageLength = 2000;

/** The event for what became of a call. Never fails for what a result holds: the effect has happened and must be told. */
export async function resultEvent(
  deps: ResultDeps,
  call: CallState,
  outcome: ToolOutcome,
): Promise<RunEvent> {
  const call_id = call.call_id;
  switch (outcome.kind) {
    case 'succeeded': {
      const { content, structured, upstream_request_id } = outcome;
      const value = { content, ...(structured === undefined ? {} : { structured }) };
      return {
        type: 'execution-succeeded',
        data: {
          call_id,
          result: await keepResult(deps, call_id, value),
          ...(upstream_request_id === undefined
            ? {}
            : { upstream_request_id: plainText(upstream_request_id) }),
        },
      };
    }
    case 'failed':
      return {
        type: 'execution-failed',
        data: {
          call_id,
          error: { code: outcome.code, message: plainText(outcome.message) },
          ...(outcome.content === undefined
            ? {}
            : { result: await keepResult(deps, call_id, { content: outcome.content }) }),
        },
      };
    case 'not_sent':
      return outcome.code === 'tool_definition_changed'
        ? {
            type: 'execution-refused',
            data: { call_id, code: outcome.code, detail: plainText(outcome.message) },
          }
        : {
            type: 'execution-failed',
            data: { call_id, error: { code: outcome.code, message: plainText(outcome.message) } },
          };
    case 'unknown':
      return { type: 'execution-unknown', data: { call_id, reason: plainText(outcome.message) } };
  }
}

/** The result without secrets; where it has no stored form, or can't be stored now, a note in its place. */
async function keepResult(deps: ResultDeps, callId: string, value: JsonValue): Promise<Payload> {
  try {
    const plain = redactSecrets(value);
    canonicalJson(plain);
    return await persist(() => storePayload(deps.blobs, plain));
  } catch (error) {
    deps.logger.error('a result could not be kept', { call_id: callId, error: String(error) });
    return { inline: { content: '[the tool answered, and its answer could not be kept]' } };
  }
}

function plainText(text: string): string {
  return redactText(text.toWellFormed()).slice(0, maxMessageLength).toWellFormed();
}
