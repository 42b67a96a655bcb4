import {
  type Caller,
  castVote,
  editApproval,
  loadApproval,
  presentApproval,
  recordRefusal,
} from '@hitl/application';
import { pageSessionCookie } from '@hitl/coordination';
import {
  approvalPagePaths,
  ForbiddenError,
  HitlError,
  InvalidInputError,
  type JsonObject,
  jsonObjectSchema,
  signOutPath,
  voteDecisionSchema,
} from '@hitl/core';
import { toProblem } from '@hitl/lambda';
import { z } from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import { checkJson } from '../check-json.ts';
import { defineRoute, type Route, type RouteInput } from '../define-route.ts';
import { pageHeaders } from '../pages/page-style.ts';
import { type ApprovalPageOptions, renderApprovalPage } from '../pages/render-approval-page.ts';
import { renderMessagePage } from '../pages/render-message-page.ts';
import type { SessionAccount } from '../prove-session.ts';
import { requireSameSite } from '../require-same-site.ts';
import { userIdSchema } from '../user-id.ts';

const approvalParams = z.object({ approval_id: z.string().min(1).max(80) });
const hex = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits');
/** A form sends every field; an empty one is none. */
const optionalText = <T extends z.ZodType>(schema: T) =>
  z.preprocess(
    (value) => (typeof value === 'string' && value.trim() === '' ? undefined : value),
    schema.optional(),
  );

/** What the forms of a page have in common, whichever login leads to it. */
const form = {
  method: 'POST',
  params: approvalParams,
  bodyType: 'form',
  response: z.string(),
  mediaType: 'text/html; charset=utf-8',
  status: 303,
  alsoStatuses: [400, 403, 409],
  errors: [403, 404, 409],
} as const;
const ballotSchema = z.strictObject({
  user_id: optionalText(userIdSchema),
  decision: voteDecisionSchema,
  digest: hex,
  rendered_digest: hex,
  reason: optionalText(z.string().trim().max(2000)),
});
const revisionSchema = z.strictObject({
  user_id: optionalText(userIdSchema),
  call_id: z.string().min(1).max(200),
  arguments: z.string().max(400_000),
  digest: hex,
});

type FormInput<B> = RouteInput<z.infer<typeof approvalParams>, unknown, unknown, B>;

/** The pages that show one approval request to a person, and their forms. A GET decides nothing, whoever sends it. */
export const approvalPageRoutes: readonly Route[] = [
  defineRoute({
    ...form,
    path: `${approvalPagePaths.gateway}/{approval_id}/ballot`,
    operationId: 'castVoteByForm',
    summary: 'The form of the approval page: a vote on exactly what it showed',
    body: ballotSchema,
    handle: vote,
  }),
  defineRoute({
    ...form,
    path: `${approvalPagePaths.gateway}/{approval_id}/revision`,
    operationId: 'editApprovalByForm',
    summary: "The form of the approval page: other arguments for one of the request's calls",
    body: revisionSchema,
    handle: revise,
  }),
  defineRoute({
    method: 'GET',
    path: `${approvalPagePaths.slack}/{approval_id}`,
    credential: 'session',
    operationId: 'showApprovalPage',
    summary: 'The approval page for who signed in with Slack; others are sent to do so',
    params: approvalParams,
    response: z.string(),
    mediaType: 'text/html; charset=utf-8',
    status: 200,
    alsoStatuses: [303],
    errors: [403, 404],
    async handle(deps, input) {
      await requireKnown(deps, input.session);
      return approvalPage(deps, input, { formsAt: `${input.params.approval_id}/` });
    },
  }),
  defineRoute({
    ...form,
    path: `${approvalPagePaths.slack}/{approval_id}/ballot`,
    credential: 'session',
    operationId: 'castVoteSignedIn',
    summary: 'The form of the approval page for who signed in with Slack: a vote on exactly what it showed',
    body: ballotSchema,
    handle: vote,
  }),
  defineRoute({
    ...form,
    path: `${approvalPagePaths.slack}/{approval_id}/revision`,
    credential: 'session',
    operationId: 'editApprovalSignedIn',
    summary:
      'The form of the approval page for who signed in with Slack: other arguments for one of its calls',
    body: revisionSchema,
    handle: revise,
  }),
  defineRoute({
    method: 'POST',
    path: signOutPath,
    credential: 'session',
    operationId: 'signOut',
    summary: 'The button of the approval page that ends the session',
    response: z.string(),
    mediaType: 'text/html; charset=utf-8',
    status: 200,
    errors: [403, 404],
    async handle(deps, { request }) {
      requireSameSite(request);
      await deps.pageSessions?.end(request.headers.get('cookie'));
      const page = renderMessagePage(200, 'Signed out', 'You are signed out here; in Slack you are not.');
      page.headers.append('set-cookie', pageSessionCookie.cleared);
      return page;
    },
  }),
];

function vote(deps: ApiDeps, input: FormInput<z.infer<typeof ballotSchema>>): Promise<Response> {
  const { approval_id } = input.params;
  const { decision, digest, rendered_digest, reason, user_id } = input.body;
  return act(deps, input, user_id, {
    run: (who) => castVote(deps, who, { approval_id, decision, digest, rendered_digest, reason }),
    refusal: 'Your vote does not count',
  });
}

function revise(deps: ApiDeps, input: FormInput<z.infer<typeof revisionSchema>>): Promise<Response> {
  const { approval_id } = input.params;
  const { call_id, digest, user_id, arguments: text } = input.body;
  return act(deps, input, user_id, {
    run: async (who) =>
      editApproval(deps, who, { approval_id, call_id, arguments: readArguments(text), digest }),
    refusal: 'Nothing was changed',
    typed: { call_id, text },
  });
}

interface FormAct {
  run(who: Caller): Promise<unknown>;
  /** What a refusal means, for the person. */
  readonly refusal: string;
  readonly typed?: NonNullable<ApprovalPageOptions['typed']>;
}

/** Does what a form asks for. Why it was not done stands on the page that the person sees next. */
async function act(
  deps: ApiDeps,
  input: FormInput<unknown>,
  userId: string | undefined,
  { run, refusal, typed }: FormAct,
): Promise<Response> {
  requireSameSite(input.request);
  const who = await input.caller(userId);
  try {
    await run({ ...who, channel: 'console' });
  } catch (error) {
    // The request is shown to people of the directory only; the refusal is on the record, and under which name.
    if (!(error instanceof ForbiddenError)) await requireKnown(deps, input.session);
    else if (input.session?.isKnown === false) throw unknownAccount(input.session);
    const problem = error instanceof HitlError ? toProblem(error, '') : undefined;
    if (problem === undefined || ![400, 403, 409].includes(problem.status)) throw error;
    return approvalPage(deps, input, {
      formsAt: '',
      refusal: `${refusal}: ${problem.body.detail}`,
      status: problem.status,
      ...(typed === undefined ? {} : { typed }),
    });
  }
  // Seen again rather than sent again, when the page is reloaded.
  const location = `../${input.params.approval_id}`;
  return new Response('', { status: 303, headers: { ...pageHeaders, location } });
}

async function approvalPage(
  deps: ApiDeps,
  { params, voter, session }: FormInput<unknown>,
  options: Omit<ApprovalPageOptions, 'voter' | 'canSignOut'>,
): Promise<Response> {
  const { run, approval } = await loadApproval(deps, params.approval_id);
  const view = presentApproval(run, approval, deps.clock.now());
  return renderApprovalPage(view, { ...options, voter, canSignOut: session !== undefined });
}

/** @throws ForbiddenError, which is on the record then, where the session's account is nobody's */
async function requireKnown(deps: ApiDeps, session: SessionAccount | undefined): Promise<void> {
  if (session === undefined || session.isKnown) return;
  const refusal = unknownAccount(session);
  const { principalId: id, channel } = session.credential;
  await recordRefusal(deps, { id, channel }, refusal);
  throw refusal;
}

function unknownAccount({ link }: SessionAccount): ForbiddenError {
  return new ForbiddenError(
    'unknown_principal',
    `the directory knows nobody with the link ${link}, the Slack account that you signed in with: whoever keeps the directory adds it to your entry`,
  );
}

/** @throws InvalidInputError */
function readArguments(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw wrongArguments(`is not valid JSON: ${(error as SyntaxError).message}`.slice(0, 300));
  }
  const problem = checkJson(value);
  if (problem !== undefined) throw wrongArguments(problem);
  const parsed = jsonObjectSchema.safeParse(value);
  if (!parsed.success) throw wrongArguments('must be one JSON object: { … }');
  return parsed.data;
}

function wrongArguments(message: string): InvalidInputError {
  return new InvalidInputError(`arguments: ${message}`, { errors: [{ path: 'arguments', message }] });
}
