/** The pages that show an approval request to a person, by who asks for the login. */
export const approvalPagePaths = {
  /** The API's own credential: a person's token at the local stack, whatever stands before API Gateway in the cloud. */
  gateway: '/approvals',
  /** A session that began with "Sign in with Slack". */
  slack: '/slack/approvals',
} as const;

/** Where a browser without such a session is sent. */
export const signInPath = '/slack/login';
/** Where the session ends. */
export const signOutPath = '/slack/logout';

/** Where people open approval requests: what a link begins with, and which of the pages it goes to. */
export interface ApprovalPages {
  readonly publicUrl: string;
  /** Default: the page behind the API's own credential. */
  readonly path?: string | undefined;
}

/** `undefined` where no public address is set: then there is nothing to link to. */
export function approvalPagesAt(
  publicUrl: string | undefined,
  path: string | undefined,
): ApprovalPages | undefined {
  return publicUrl === undefined ? undefined : { publicUrl, path };
}

/** The one maker of links to an approval request. */
export function approvalPageUrl(pages: ApprovalPages, approvalId: string): string {
  const { publicUrl, path = approvalPagePaths.gateway } = pages;
  return `${publicUrl.replace(/\/$/, '')}${path}/${encodeURIComponent(approvalId)}`;
}
