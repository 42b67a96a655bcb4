import type { ApprovalView } from '@hitl/application';
import { type JsonValue, mixedScripts, visibleJson } from '@hitl/core';
import { type Html, html } from './html.ts';

type Call = ApprovalView['calls'][number];

/** What is approved, whole: who asked for what, every call with every argument, what it would change and why it waits. */
export function renderApprovalContent(view: ApprovalView): Html {
  return html`<section>
<p><strong>${view.requester_id}</strong> asked in ${view.environment}:</p>
<pre>${view.query}</pre>
</section>
${view.calls.map((call, index) => renderCall(call, index, view.calls.length))}`;
}

function renderCall(call: Call, index: number, count: number): Html {
  const number = count > 1 ? `${index + 1}. ` : '';
  const args = Object.entries(call.arguments);
  return html`<section>
<h2>${number}<code>${call.server}/${call.tool}</code> <small>${call.category}</small></h2>
${args.length === 0 ? html`<p>no arguments</p>` : html`<table>${args.map(([name, value]) => renderArgument(name, value))}</table>`}
${call.preview === undefined ? undefined : renderPreview(call.preview)}
<p class="quiet">because ${call.rule_ids.join(', ') || 'no rule matched'}: ${call.reasons.join(' · ')}</p>
</section>
`;
}

function renderArgument(name: string, value: JsonValue | undefined): Html {
  const mixed = mixedScripts(JSON.stringify(value) ?? '');
  const warning =
    mixed === undefined
      ? undefined
      : warn(`one word of it mixes ${mixed.join(' and ')} letters, which can look alike`);
  return html`<tr><th scope="row">${name}</th><td><pre>${visibleJson(value, 2)}</pre>${warning}</td></tr>
`;
}

function renderPreview(preview: NonNullable<Call['preview']>): Html {
  const rows = preview.changes.map(
    ({ path, before, after }) =>
      html`<tr><th scope="row">${path}</th><td><pre>${visibleJson(before, 2)}</pre></td><td><pre>${visibleJson(after, 2)}</pre></td></tr>
`,
  );
  const table = html`<table><tr><td></td><th scope="col">now</th><th scope="col">then</th></tr>
${rows}</table>`;
  return html`<h2>Would: ${preview.summary}</h2>
${rows.length === 0 ? undefined : table}
${(preview.warnings ?? []).map(warn)}`;
}

function warn(text: string): Html {
  return html`<p class="warning">${text}</p>`;
}
