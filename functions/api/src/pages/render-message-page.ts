import { html } from './html.ts';
import { pageFrame, signOutForm } from './page-frame.ts';

/** What there is to say instead of a page. */
export function renderMessagePage(
  status: number,
  title: string,
  text: string,
  options: { readonly canSignOut?: boolean } = {},
): Response {
  return pageFrame(
    status,
    title,
    html`<h1>${title}</h1>
<p>${text}</p>
${options.canSignOut === true ? signOutForm : undefined}`,
  );
}
