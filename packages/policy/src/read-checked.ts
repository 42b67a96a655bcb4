import type { z } from 'zod';
import { describeValue } from './add-problem.ts';
import { unknownWord } from './closest-word.ts';
import { PolicyFileError, type PolicyProblem } from './policy-file-error.ts';
import { type Position, type ReadDocument, readDocument } from './read-document.ts';

/**
 * Reads a text and checks it against the schema that fits its value. @throws PolicyFileError that lists every problem with
 * its line.
 */
export function readChecked<S extends z.ZodType>(
  text: string,
  source: string,
  schemaFor: (value: unknown) => S,
): { value: z.output<S>; locate: ReadDocument['locate'] } {
  try {
    const document = readDocument(text, source);
    const result = schemaFor(document.value).safeParse(document.value, { error: describeIssue });
    if (result.success) return { value: result.data, locate: document.locate };
    const problems = result.error.issues.flatMap((issue) => problemsOf(issue, document.locate));
    throw new PolicyFileError(
      source,
      problems.sort((a, b) => a.line - b.line || a.column - b.column),
    );
  } catch (error) {
    if (error instanceof PolicyFileError) throw error;
    // An alias bomb, or nesting beyond the stack.
    const message = error instanceof Error ? error.message : String(error);
    throw new PolicyFileError(source, [{ path: '', message, line: 1, column: 1 }], { cause: error });
  }
}

/** `rules[3].when.arguments["a.b"].gt` */
export function formatPath(path: readonly PropertyKey[]): string {
  let out = '';
  for (const key of path) {
    if (typeof key === 'number') out += `[${key}]`;
    else if (/^[A-Za-z_]\w*$/.test(String(key))) out += out === '' ? String(key) : `.${String(key)}`;
    else out += `[${JSON.stringify(String(key))}]`;
  }
  return out;
}

function problemsOf(
  issue: z.core.$ZodIssue,
  locate: (path: readonly PropertyKey[]) => Position,
): PolicyProblem[] {
  if (issue.code !== 'unrecognized_keys') {
    return [{ path: formatPath(issue.path), message: issue.message, ...locate(issue.path) }];
  }
  // One message for all keys from zod; each key has a line of its own.
  const known = issue.message.split(',');
  return issue.keys.map((key) => {
    const path = [...issue.path, key];
    return { path: formatPath(path), message: unknownWord('key', key, known), ...locate(path) };
  });
}

function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'unrecognized_keys':
      return knownKeysOf(issue).join(',');
    case 'invalid_type':
      return `is ${describeValue(issue.input)}; must be ${kinds[issue.expected as string] ?? `a ${String(issue.expected)}`}`;
    case 'invalid_value': {
      const values = (issue.values as readonly unknown[]).map(String);
      if (typeof issue.input === 'string' && values.length > 1)
        return unknownWord('word', issue.input, values);
      return `is ${describeValue(issue.input)}; must be ${values.join(' or ')}`;
    }
    case 'too_small':
      if (issue.origin === 'array') return 'is an empty list; name at least one';
      if (issue.origin === 'string') return 'is empty; write a text';
      return `is ${describeValue(issue.input)}; must be at least ${String(issue.minimum)}`;
    case 'too_big':
      return `is ${issue.origin === 'string' ? 'too long' : describeValue(issue.input)}; must be at most ${String(issue.maximum)}${issue.origin === 'string' ? ' characters' : ''}`;
    default:
      return undefined;
  }
}

const kinds: Record<string, string> = {
  object: 'a mapping',
  array: 'a list',
  string: 'a text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

function knownKeysOf(issue: z.core.$ZodRawIssue): readonly string[] {
  const definition: unknown = issue.inst?._zod.def;
  const shape = (definition as { readonly shape?: Record<string, unknown> } | undefined)?.shape;
  return shape === undefined ? [] : Object.keys(shape);
}
