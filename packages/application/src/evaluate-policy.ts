import type { ApprovalCategory, Decision, JsonObject, JsonValue } from '@hitl/core';
import type { PolicyRequest } from '@hitl/policy';
import type { ApplicationDeps } from './application-deps.ts';
import { type Caller, resolveRequester } from './caller.ts';
import { decideRequest, withRates } from './gate-call.ts';

export interface PolicyQuestion {
  readonly server: string;
  readonly tool: string;
  readonly arguments: JsonObject;
  readonly category?: ApprovalCategory | undefined;
  readonly environment?: string | undefined;
}

/** The decision and the reasons of each rule tried, for a call that nobody made. */
export async function evaluatePolicy(
  deps: Pick<ApplicationDeps, 'policy' | 'directory' | 'clock' | 'environment' | 'tools' | 'callHistory'>,
  caller: Caller,
  question: PolicyQuestion,
): Promise<{ decision: Decision; explanation: JsonValue }> {
  const tool = (await deps.tools.list()).tools.find(
    (t) => t.server === question.server && t.tool === question.tool,
  );
  const request: PolicyRequest = {
    principal: await resolveRequester(deps.directory, caller),
    call: { server: question.server, tool: question.tool, arguments: question.arguments },
    environment: question.environment ?? deps.environment,
    now_ms: deps.clock.now(),
    ...(tool === undefined ? {} : { annotations: tool.annotations, is_trusted: tool.is_trusted }),
    ...(question.category === undefined ? {} : { declared_category: question.category }),
  };
  return {
    decision: await decideRequest(deps, request),
    explanation: deps.policy().explain(await withRates(deps, request)) as unknown as JsonValue,
  };
}
