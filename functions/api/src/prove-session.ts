import { approvalPagePaths, signInPath } from '@hitl/core';
import type { ApiDeps, Credential } from './api-deps.ts';
import { pageHeaders } from './pages/page-style.ts';
import { renderMessagePage } from './pages/render-message-page.ts';

/** Who signed in, by the account that Slack proved. */
export interface SessionAccount {
  /** As the directory links it. */
  readonly link: string;
  /** False for whom the directory does not know: whatever they do is refused under the account's own name, which is nobody. */
  readonly isKnown: boolean;
  readonly credential: Credential & { readonly principalId: string };
}

/**
 * The account of the browser's session, looked up in the directory now: who is taken out of it is out at once. Without a session the
 * answer is the way to one; a form that was sent without is not kept, for what it was about may be another matter by then.
 */
export async function proveSession(
  { pageSessions, directory }: Pick<ApiDeps, 'pageSessions' | 'directory'>,
  request: Request,
  approvalId: string | undefined,
): Promise<SessionAccount | Response> {
  if (pageSessions === undefined)
    return renderMessagePage(
      404,
      'Not set up',
      `Nobody can sign in with Slack here. The page with another login is ${approvalPagePaths.gateway}/${approvalId ?? 'ID'}.`,
    );
  const session = await pageSessions.find(request.headers.get('cookie'));
  if (session === undefined) {
    if (request.method !== 'POST' && approvalId !== undefined) return toSignIn(approvalId);
    const text =
      'You are not signed in (any more), so nothing was done. Open the approval from its card again.';
    return renderMessagePage(403, 'Not signed in', text);
  }
  const entry = await directory.findByLink(session.link);
  return {
    link: session.link,
    isKnown: entry !== undefined,
    credential: { principalId: entry?.id ?? session.link, assurance: 'linked', channel: 'console' },
  };
}

function toSignIn(approvalId: string): Response {
  const location = `${signInPath}?approval=${encodeURIComponent(approvalId)}`;
  return new Response('', { status: 303, headers: { ...pageHeaders, location } });
}
