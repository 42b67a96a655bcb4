export interface LineSplitterHandlers {
  readonly onLine: (line: string) => void;
  /** A line that exceeded the limit was thrown away; its first and last bytes tell whose answer it was. */
  readonly onOversize: (head: string, tail: string, bytes: number) => void;
}

const newline = 0x0a;
const edgeBytes = 1024;

/**
 * Splits a byte stream into lines in linear time (chunks are joined once per line, not once per chunk). A line above
 * `maxLineBytes` is skipped without being kept, so that one huge answer doesn't take the connection down with it.
 */
export function createLineSplitter(maxLineBytes: number, handlers: LineSplitterHandlers) {
  let parts: Buffer[] = [];
  let length = 0;
  let head = '';
  let tail: Buffer = Buffer.alloc(0);

  function keep(piece: Buffer): void {
    if (length + piece.length > maxLineBytes) {
      if (head === '') {
        const seen = Buffer.concat([...parts, piece.subarray(0, edgeBytes)]);
        head = seen.toString('utf8', 0, edgeBytes);
        tail = seen.subarray(-edgeBytes);
        parts = [];
      }
      tail = Buffer.concat([tail, piece.subarray(-edgeBytes)]).subarray(-edgeBytes);
    } else {
      parts.push(piece);
    }
    length += piece.length;
  }

  function endLine(): void {
    const [first] = parts;
    const bytes = length;
    if (head !== '') handlers.onOversize(head, tail.toString('utf8'), bytes);
    else if (first !== undefined) {
      const line = (parts.length === 1 ? first : Buffer.concat(parts)).toString('utf8');
      parts = [];
      length = 0;
      if (line.trim() !== '') handlers.onLine(line);
      return;
    }
    parts = [];
    length = 0;
    head = '';
    tail = Buffer.alloc(0);
  }

  return {
    push(chunk: Buffer): void {
      let start = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
        if (end > start) keep(chunk.subarray(start, end));
        endLine();
        start = end + 1;
      }
      if (start < chunk.length) keep(chunk.subarray(start));
    },
  };
}
