import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { PolicyFileError, type PolicyProblem } from './policy-file-error.ts';

export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface ReadDocument {
  readonly value: unknown;
  /** Where a path stands: at its key, at its element, or at the nearest ancestor that the text has. */
  locate(path: readonly PropertyKey[]): Position;
}

/**
 * Reads YAML 1.2 or JSON. A key given twice, an unknown tag and a second document are errors.
 * @throws PolicyFileError
 */
export function readDocument(text: string, source: string): ReadDocument {
  const json = readJson(text);
  if (json !== undefined) {
    let located: ReadDocument | undefined;
    return {
      value: json.value,
      locate(path) {
        located ??= readYaml(text, source);
        return located.locate(path);
      },
    };
  }
  return readYaml(text, source);
}

/** JSON is read fifty times faster by `JSON.parse`, but that keeps the last of two equal keys: those texts go the long way. */
function readJson(text: string): { readonly value: unknown } | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  let written = 0;
  for (const token of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) if (token[1] !== undefined) written += 1;
  return written === countKeys(value) ? { value } : undefined;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = Array.isArray(value) ? 0 : Object.keys(value).length;
  for (const member of Object.values(value)) count += countKeys(member);
  return count;
}

function readYaml(text: string, source: string): ReadDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    merge: false,
  });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    throw new PolicyFileError(
      source,
      faults.map((fault): PolicyProblem => ({ path: '', message: fault.message, ...at(fault.pos[0]) })),
    );
  }
  return {
    value: document.toJS({ maxAliasCount: 100 }),
    locate: (path) => at(offsetOf(document.contents, path, (alias) => alias.resolve(document))),
  };
}

function offsetOf(
  root: Node | null,
  path: readonly PropertyKey[],
  resolve: (alias: import('yaml').Alias) => Node | undefined,
): number {
  let node: Node | null | undefined = root;
  let offset = node?.range?.[0] ?? 0;
  for (const key of path) {
    if (isAlias(node)) node = resolve(node);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (pair === undefined) break;
      offset = (pair.key as Node).range?.[0] ?? offset;
      node = pair.value as Node | null;
    } else if (isSeq(node) && typeof key === 'number') {
      node = node.items[key] as Node | undefined;
      offset = node?.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}
