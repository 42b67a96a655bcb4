/** A page of one headline and one paragraph. Both are texts: whatever they hold is shown, never run. */
export function installPage(
  status: number,
  title: string,
  text: string,
  options: { readonly startUrl?: string; readonly cookie?: string } = {},
): Response {
  const link =
    options.startUrl === undefined ? '' : `<p><a href="${escapeHtml(options.startUrl)}">Start again</a></p>`;
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head><body><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>${link}</body></html>`;
  const headers = new Headers({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ...privateHeaders,
  });
  if (options.cookie !== undefined) headers.append('set-cookie', options.cookie);
  return new Response(html, { status, headers });
}

/** The address holds a code, and the answer is for this browser alone. */
export const privateHeaders = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
