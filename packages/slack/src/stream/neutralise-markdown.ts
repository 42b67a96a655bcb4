import { findAddresses } from '../render/find-addresses.ts';

export interface NeutraliseOptions {
  /** False while more may come: then only what can no longer change is given, so that it can be sent. */
  readonly isEnd: boolean;
  /** Origins (`https://hitl.example.com`) that may be linked. */
  readonly allowedOrigins: ReadonlySet<string>;
}

/** What no reader sees; the record keeps answers without it too. */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}\u2028\u2029]|(?![\t\n])\p{Cc}/gu;

/**
 * A model's Markdown with nothing live in it: an address that is not allowed stands as code beside its label (it can't hide where it
 * leads, and no preview fetches it), a mention or broadcast is broken up. The code spans and fences of the result are all well-formed, so
 * that whoever parses it sees code where we see code. For a beginning of a text it gives a beginning of the text's result.
 */
export function neutraliseMarkdown(raw: string, options: NeutraliseOptions): string {
  // Half a surrogate pair says nothing yet.
  const whole = options.isEnd ? raw : raw.replace(/[\ud800-\udbff]$/, '');
  const text = whole.replace(/\r\n?/g, '\n').replace(invisible, '').toWellFormed();
  let out = '';
  let fence: Fence | undefined;
  let at = 0;
  while (at < text.length) {
    const newline = text.indexOf('\n', at);
    const line = text.slice(at, newline === -1 ? text.length : newline);
    const isWhole = newline !== -1 || options.isEnd;
    if (fence !== undefined) {
      if (!isWhole) return out;
      if (closes(line, fence)) {
        out += '```';
        fence = undefined;
      } else out += deadCode(line);
    } else {
      const opened = opening(line);
      // Three more backticks, or a letter, and it is something else.
      if (!isWhole && (opened !== undefined || /^[ \t]*(?:`{0,2}|~{0,2})$/.test(line))) return out;
      if (opened !== undefined) {
        out += `\`\`\`${opened.language}`;
        fence = opened;
      } else out += neutraliseLine(line, isWhole, options.allowedOrigins);
      if (!isWhole) return out;
    }
    if (newline === -1) break;
    out += '\n';
    at = newline + 1;
  }
  return fence === undefined || !options.isEnd ? out : `${out}${out.endsWith('\n') ? '' : '\n'}\`\`\``;
}

interface Fence {
  readonly mark: string;
  readonly language: string;
}

/** Taken at any depth, as in lists; what comes out begins its line. */
function opening(line: string): Fence | undefined {
  const [, backticks, tildes, info = ''] = /^[ \t]*(?:(`{3,})(?=[^`]*$)|(~{3,}))(.*)$/.exec(line) ?? [];
  const mark = backticks ?? tildes;
  return mark === undefined ? undefined : { mark, language: /^\s*([\w+#.-]{0,30})/.exec(info)?.[1] ?? '' };
}

function closes(line: string, { mark }: Fence): boolean {
  const [, found] = /^[ \t]*(`{3,}|~{3,})[ \t]*$/.exec(line) ?? [];
  return found?.startsWith(mark) ?? false;
}

/** Slack once looked for mentions in code too. */
function deadCode(code: string): string {
  return code
    .replace(/`{3,}/g, (run) => "'".repeat(run.length))
    .replace(/<(?=[@!#]|[a-z][a-z0-9+.-]*:)/gi, '‹');
}

function neutraliseLine(line: string, isWhole: boolean, allowed: ReadonlySet<string>): string {
  let out = '';
  let at = 0;
  const addCode = (code: string): void => {
    // Behind a backslash it would be no code; behind another span the two would be one.
    out += `${/[`\\]$/.test(out) ? ' ' : ''}\`${code}\``;
  };
  while (at < line.length) {
    const rest = line.slice(at);
    const first = rest.charAt(0);
    const next = rest.charAt(1);
    if (first === '`') {
      const run = /^`+/.exec(rest)?.[0].length ?? 1;
      const close = closingRun(rest, run);
      const isOpenEnded = close === undefined || close + run === rest.length;
      if (!isWhole && isOpenEnded) return out;
      if (close === undefined) {
        out += "'".repeat(run);
        at += run;
      } else {
        addCode(deadCode(rest.slice(run, close)).replaceAll('`', "'"));
        at += close + run;
      }
    } else if (first === '[') {
      const link = readLink(rest);
      if (link === undefined) {
        if (!isWhole && mayBecomeLink(rest)) return out;
        out += '[';
        at += 1;
      } else {
        const label = neutraliseLine(link.label, true, allowed);
        if (isAllowed(link.target, allowed))
          out += `${/[\]!]$/.test(out) ? ' ' : ''}[${label}](${link.target})`;
        else if (link.label === '' || link.label === link.target) addCode(asCode(link.target));
        else {
          // Without its bracket it must not become one word with what stands before: `@` and `here`, `https:` and `//…`.
          out += `${/[^\s(]$/.test(out) ? ' ' : ''}${label} (`;
          addCode(asCode(link.target));
          out += ')';
        }
        at += link.length;
      }
    } else if (first === ']') {
      if (!isWhole && next === '') return out;
      // Neither a link's second half nor a definition.
      out += next === '(' || next === ':' || next === '[' ? '] ' : ']';
      at += 1;
    } else if (first === '<') {
      if (!isWhole && next === '') return out;
      out += next === '' || /[\s\d=]/.test(next) ? '<' : '‹';
      at += 1;
    } else if (/\s/.test(first)) {
      out += first;
      at += 1;
    } else {
      const word = /^(?:[^\s`[\]<!]|!(?!\[))+|^!/.exec(rest)?.[0] ?? first;
      if (!isWhole && word.length === rest.length) return out;
      const isImage = word === '!' && readLink(rest.slice(1)) !== undefined;
      if (
        !isWhole &&
        word === '!' &&
        next === '[' &&
        readLink(rest.slice(1)) === undefined &&
        mayBecomeLink(rest.slice(1))
      )
        return out;
      at += word.length;
      if (isImage) continue;
      let from = 0;
      for (const { start, end, url } of findAddresses(word)) {
        out += plain(word.slice(from, start));
        if (isAllowed(url, allowed)) out += word.slice(start, end);
        else addCode(asCode(word.slice(start, end)));
        from = end;
      }
      out += plain(word.slice(from));
    }
  }
  return out;
}

/** An entity would be decoded after us; a broadcast's name is broken. */
function plain(text: string): string {
  return text.replace(/&(?=#?\w+;)/g, '&amp;').replace(/@(?=channel|here|everyone)/gi, '@ ');
}

/** Where a run of exactly that many backticks closes what the first ones opened. */
function closingRun(rest: string, run: number): number | undefined {
  for (const found of rest.slice(run).matchAll(/`+/g)) if (found[0].length === run) return run + found.index;
  return undefined;
}

interface Link {
  readonly label: string;
  readonly target: string;
  readonly length: number;
}

function readLink(rest: string): Link | undefined {
  const found =
    /^\[([^[\]]*)\]\([ \t]*(?:<([^<>]*)>|([^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*))(?:[ \t]+(?:"[^"]*"|'[^']*'|\([^()]*\)))?[ \t]*\)/.exec(
      rest,
    );
  if (found === null) return undefined;
  return { label: found[1] ?? '', target: found[2] ?? found[3] ?? '', length: found[0].length };
}

/** `[label](target` may still become a link. */
function mayBecomeLink(rest: string): boolean {
  return /^\[[^[\]]*(?:\](?:\([^)]*(?:\([^)]*\)?[^)]*)?)?)?$/.test(rest);
}

function asCode(target: string): string {
  return target === '' ? ' ' : target.replaceAll('`', '%60');
}

function isAllowed(target: string, allowed: ReadonlySet<string>): boolean {
  const url = URL.parse(target);
  // `https://hitl.example@evil.example` leads elsewhere than it looks, and `@here` is heard wherever it stands.
  if (url === null || /[`[\]()\\@]/.test(target)) return false;
  return url.protocol === 'https:' && allowed.has(url.origin);
}
