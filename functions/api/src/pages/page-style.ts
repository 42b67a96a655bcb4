import { createHash } from 'node:crypto';

/** The one style of the pages; no script runs on any of them. */
export const pageStyle = `
:root { color-scheme: light dark; --line: #8884; --quiet: #777; --good: #1a7f37; --bad: #cf222e; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; margin: 0 0 .5rem; }
h2 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
section, form { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; margin: 1rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-top: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; width: 1%; }
pre, code { font: .9em/1.45 ui-monospace, monospace; white-space: pre-wrap; margin: 0; }
small, .quiet { color: var(--quiet); }
.warning { border-left: .3rem solid #d4a72c; padding-left: .7rem; }
.refusal { border-left: .3rem solid var(--bad); padding-left: .7rem; }
label { display: block; margin: .5rem 0; }
form.bare { border: 0; padding: 0; }
details { margin: 1rem 0; }
summary { cursor: pointer; }
textarea { width: 100%; box-sizing: border-box; font: inherit; }
button { font: inherit; padding: .4rem 1.2rem; border-radius: .4rem; border: 1px solid var(--line); cursor: pointer; }
button.approve { background: var(--good); color: #fff; }
textarea.json { font: .9em/1.45 ui-monospace, monospace; }
button.reject { background: var(--bad); color: #fff; }
`;

const styleHash = createHash('sha256').update(pageStyle).digest('base64');

/** Nothing is loaded, nothing runs, nobody frames it, and forms go to where they came from. */
export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  // Without a referrer a browser would send the form with no origin, and nobody could tell whose it is.
  'referrer-policy': 'same-origin',
} as const;
