import { signOutPath } from '@hitl/core';
import { type Html, html } from './html.ts';
import { pageHeaders, pageStyle } from './page-style.ts';

const trustedStyle = html([pageStyle] as unknown as TemplateStringsArray);

export const signOutForm = html`<form class="bare" method="post" action="${signOutPath}"><button>Sign out</button></form>`;

/** A whole page around its content. */
export function pageFrame(status: number, title: string, content: Html): Response {
  const page = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>${trustedStyle}</style></head>
<body>
${content}
</body>
</html>
`;
  return new Response(page.text, { status, headers: pageHeaders });
}
