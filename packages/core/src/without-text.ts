import { redacted } from './redact-secrets.ts';

/** As deep as `redactSecrets` looks. */
const maxDepth = 256;

/**
 * The value with one known secret taken out wherever it stands. Data is copied; an error is changed in place, its causes too,
 * since its class and its name are what others go by.
 */
export function withoutText<T>(value: T, secret: string): T {
  const done = new Map<object, unknown>();
  const clean = (member: unknown, depth: number): unknown => {
    if (typeof member === 'string') return member.replaceAll(secret, redacted);
    if (typeof member !== 'object' || member === null) return member;
    if (done.has(member)) return done.get(member);
    if (depth > maxDepth) return redacted;
    const isError = member instanceof Error;
    const target: object = isError ? member : Array.isArray(member) ? [] : {};
    done.set(member, target);
    for (const key of isError ? shownOf(member) : Object.keys(member)) {
      Object.defineProperty(target, key.replaceAll(secret, redacted), {
        value: clean(Reflect.get(member, key), depth + 1),
        // What an error hides stays hidden.
        enumerable: Object.prototype.propertyIsEnumerable.call(member, key),
        writable: true,
        configurable: true,
      });
    }
    return target;
  };
  return clean(value, 0) as T;
}

/** What a logger, or Lambda itself, shows of an error. */
function shownOf(error: Error): string[] {
  const hidden = ['message', 'stack', 'cause', 'errors'].filter((key) => Object.hasOwn(error, key));
  return [...new Set([...hidden, ...Object.keys(error)])];
}
