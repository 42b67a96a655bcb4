import type { JsonObject } from '@hitl/core';
import { compilePolicy, type PolicyEngine, type PolicyRequest, parsePolicy } from '../src/index.ts';

/** Wednesday noon, UTC. */
export const noonMs = Date.UTC(2026, 0, 7, 12);

export function buildRequest(
  name = 'google/create_user',
  args: JsonObject = {},
  other: Partial<Omit<PolicyRequest, 'call'>> = {},
): PolicyRequest {
  const [server = '', tool = ''] = name.split('/');
  return {
    principal: { id: 'ada@example.com', kind: 'user', groups: ['staff'], assurance: 'authenticated' },
    call: { server, tool, arguments: args },
    environment: 'prod',
    now_ms: noonMs,
    ...other,
  };
}

/** An engine of these rules (YAML, without the head of the file). */
export function buildEngine(rules: string, head = 'default: deny'): PolicyEngine {
  return compilePolicy(parsePolicy(`version: 1\n${head}\nrules:\n${rules}`, 'test.yaml'));
}
