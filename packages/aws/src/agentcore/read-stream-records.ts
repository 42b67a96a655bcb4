import { UnavailableError } from '@hitl/core';

/** One thing that the stream says. */
export interface StreamRecord {
  /** The event's name in an event stream. */
  readonly event?: string;
  readonly data: string;
  /** The stream has no form at all: `data` is a piece of text as it came, not JSON. */
  readonly isPlain?: boolean;
}

type Form = 'events' | 'json' | 'plain';

/** Characters after which the form is certain. */
const sniffedLength = 'retry:'.length;

/**
 * Cuts a response into records: server-sent events, JSON lines, one JSON document, or plain text. Endpoints are careless with their
 * content types, so what the body begins with counts more. Pieces may be cut anywhere, within a character too.
 * @throws UnavailableError when one record has more than `maximumRecordChars`.
 */
export async function* readStreamRecords(
  chunks: AsyncIterable<Uint8Array>,
  options: { readonly contentType: string; readonly maximumRecordChars: number },
): AsyncGenerator<StreamRecord, void> {
  const decoder = new TextDecoder();
  const cutter = { events: createEventCutter(), json: createJsonCutter() };
  let form: Form | undefined;
  let rest = '';

  function* take(isEnd: boolean): Generator<StreamRecord, void> {
    form ??= formOf(rest, options.contentType, isEnd);
    if (form === undefined) return;
    if (form === 'plain') {
      if (rest !== '') yield { data: rest, isPlain: true };
      rest = '';
      return;
    }
    const { lines, remainder } = splitLines(rest, isEnd);
    rest = remainder;
    for (const line of lines) yield* cutter[form].add(line);
    if (isEnd) yield* cutter[form].end();
  }

  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    yield* take(false);
    const held = form === 'events' || form === 'json' ? cutter[form].heldChars() : 0;
    if (rest.length + held > options.maximumRecordChars)
      throw new UnavailableError('the agent sent one message that is too large');
  }
  rest += decoder.decode();
  yield* take(true);
}

function formOf(text: string, contentType: string, isEnd: boolean): Form | undefined {
  const start = text.trimStart();
  if (start.length < sniffedLength && !start.includes('\n') && !isEnd) return undefined;
  if (/^(data|event|id|retry)?:/.test(start)) return 'events';
  if (/^[{["]/.test(start)) return 'json';
  return contentType.includes('text/event-stream') ? 'events' : 'plain';
}

/** Lines end with LF, CRLF or CR; a CR at the end of what is there so far may be half of a CRLF. */
function splitLines(text: string, isEnd: boolean): { lines: string[]; remainder: string } {
  const isHalf = !isEnd && text.endsWith('\r');
  const lines = (isHalf ? text.slice(0, -1) : text).split(/\r\n|\n|\r/);
  const last = lines.pop() ?? '';
  if (isEnd) return { lines: last === '' ? lines : [...lines, last], remainder: '' };
  return { lines, remainder: isHalf ? `${last}\r` : last };
}

interface Cutter {
  add(line: string): Generator<StreamRecord, void>;
  end(): Generator<StreamRecord, void>;
  heldChars(): number;
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html, but an event that the end of the stream cuts off counts. */
function createEventCutter(): Cutter {
  let event = '';
  let data: string[] = [];
  let held = 0;

  function* end(): Generator<StreamRecord, void> {
    if (data.length > 0) yield { ...(event === '' ? {} : { event }), data: data.join('\n') };
    event = '';
    data = [];
    held = 0;
  }

  return {
    *add(line) {
      if (line === '') {
        yield* end();
        return;
      }
      const colon = line.indexOf(':');
      const field = colon === -1 ? line : line.slice(0, colon);
      const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'data') {
        data.push(value);
        held += value.length;
      } else if (field === 'event') event = value;
    },
    end,
    heldChars: () => held,
  };
}

/** One document per line, or one document over several lines. */
function createJsonCutter(): Cutter {
  let held = '';
  return {
    *add(line) {
      const text = held === '' ? line.trim() : `${held}\n${line}`;
      if (text === '') return;
      held = isJson(text) ? '' : text;
      if (held === '') yield { data: text };
    },
    *end() {
      if (held !== '') yield { data: held };
      held = '';
    },
    heldChars: () => held.length,
  };
}

function isJson(text: string): boolean {
  // Most lines of a document that goes over several are not worth parsing.
  if (!/[}\]"]\s*$/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
