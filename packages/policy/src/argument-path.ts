/** The argument is not there. */
export const missing = Symbol('missing');
/** The path leads through something that is no object or, where `[]` stands, no array. */
export const mistyped = Symbol('mistyped');

export interface ArgumentPath {
  readonly text: string;
  /** True when the path has `[]` and so leads to any number of values. */
  readonly isSpread: boolean;
  readonly steps: readonly PathStep[];
}

/** A member's name, or `each` for every element of an array. */
type PathStep = { readonly key: string } | 'each';

const segmentShape = /^([^.[\]]+)((?:\[\])*)$/;

/** Parses `a`, `a.b`, `issues[].summary`. `undefined` when the text is no path. */
export function parseArgumentPath(text: string): ArgumentPath | undefined {
  const steps: PathStep[] = [];
  for (const segment of text.split('.')) {
    const parts = segmentShape.exec(segment);
    if (parts === null) return undefined;
    steps.push({ key: parts[1] ?? '' });
    for (let i = 0; i < (parts[2] ?? '').length; i += 2) steps.push('each');
  }
  return { text, isSpread: text.includes('[]'), steps };
}

/** The one value of a path without `[]`, or `missing` or `mistyped`. Only own members count. */
export function resolveSingle(path: ArgumentPath, args: unknown): unknown {
  let value = args;
  for (const step of path.steps) {
    if (step === 'each') return mistyped;
    value = memberOf(value, step.key);
    if (value === missing || value === mistyped) return value;
  }
  return value;
}

/** Every value that a path with `[]` leads to; an element without the member gives `missing` in its place. */
export function resolveSpread(path: ArgumentPath, args: unknown): readonly unknown[] {
  let values: unknown[] = [args];
  for (const step of path.steps) {
    const next: unknown[] = [];
    for (const value of values) {
      if (value === missing || value === mistyped) next.push(value);
      else if (step !== 'each') next.push(memberOf(value, step.key));
      else if (Array.isArray(value)) for (const element of value) next.push(element);
      else next.push(mistyped);
    }
    values = next;
  }
  return values;
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return mistyped;
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : missing;
}
