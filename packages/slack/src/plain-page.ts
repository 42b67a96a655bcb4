export interface PlainPageOptions {
  /** Where to begin anew, on this host. */
  readonly startUrl?: string;
  readonly cookies?: readonly string[];
}

/** A page of one headline and one paragraph. Both are texts: whatever they hold is shown, never run. */
export function plainPage(
  status: number,
  title: string,
  text: string,
  { startUrl, cookies = [] }: PlainPageOptions = {},
): Response {
  const link = startUrl === undefined ? '' : `<p><a href="${escapeHtml(startUrl)}">Start again</a></p>`;
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title></head><body><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>${link}</body></html>`;
  const headers = new Headers({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ...privateHeaders,
  });
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  return new Response(html, { status, headers });
}

/** Sends the browser on. */
export function redirectTo(location: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({ location, ...privateHeaders });
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  return new Response(null, { status: 302, headers });
}

/** The address holds a code, and the answer is for this browser alone. */
const privateHeaders = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
