/** What stands in the record where a secret stood. */
export const redacted = '[redacted]';

/** Member names whose value is a secret whatever it looks like. Page cursors such as `page_token` are not. */
const secretKey =
  /^(?:.*[_-])?(?:password|passwd|passwort|passphrase|pwd|secret|client_?secret|(?:private|api|secret|secret_access|signing|encryption)_?key|(?:api|access|refresh|id|auth|bot|session)_?token|bearer|authorization|credential|signing_?secret)s?\d*$/i;

/** Shapes that are secrets wherever they stand in a text: also behind an underscore or a percent-encoded character, as in logged URLs. */
const secretShapes: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))(?:AKIA|ASIA)[0-9A-Z]{16}(?![A-Za-z0-9])/g,
  /(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))gh[pousr]_[A-Za-z0-9]{20,}/g,
  /(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))github_pat_[A-Za-z0-9_]{20,}/g,
  /(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))glpat-[A-Za-z0-9_-]{20,}/g,
  /(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])/g,
  /(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))xox[abeprs]-[A-Za-z0-9-]{10,}/g,
  /(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))xapp-\d-[A-Za-z0-9-]{10,}/g,
  /(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))ya29\.[A-Za-z0-9_-]{20,}/g,
  /(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))AIza[A-Za-z0-9_-]{35}/g,
  /(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))GOCSPX-[A-Za-z0-9_-]{20,}/g,
  /(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))ATATT[A-Za-z0-9_=-]{20,}/g,
  /(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))sk-[A-Za-z0-9_-]{20,}/g,
  /(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))[sr]k_(?:live|test)_[A-Za-z0-9]{16,}/g,
  /(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g,
  /(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))Bearer\s+[A-Za-z0-9._~+/=-]{16,}/gi,
  /(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))Basic\s+(?=[A-Za-z+/]*[0-9=])[A-Za-z0-9+/]{12,}={0,2}/g,
  /(?<=:\/\/[^\s/:@]{1,128}:)[^\s/@]{3,}(?=@)/g,
];

/** The words before a secret, also as the end of a longer name (`DB_PASSWORD`, `clientSecret`). */
const secretWord =
  'pass(?:word|phrase|wd|wort)|pwd|secret(?:[ _-]?access)?(?:[ _-]?key)?|(?:api|private|signing|encryption)[ _-]?(?:key|token)|(?:access|refresh|id|auth|bot|session)[ _-]?token';

/** A member of JSON text; its value may hold blanks, and may be cut off. */
const quotedSecret = new RegExp(
  String.raw`((?:${secretWord})"\s*:\s*")(?!\[redacted\])(?:[^"\\]|\\.)+("|$)`,
  'gi',
);

/** `password: x`, `PASSWORD=x`, `the password of jane is x`, `\"password\":\"x\"`: the word is kept, the value goes. */
const spokenSecret = new RegExp(
  String.raw`((?:${secretWord})(?:\s+(?:for|of)\s+[^\s:=,;]{1,128})?["'\\]{0,4}(?:\s*[:=]|\s+(?:is|to)\b)\s*["'\\]{0,4})(?!\[redacted\])[^\s"'\\,;{}()<>]{3,}`,
  'gi',
);

/** A bare `token` is as often a cursor or a word: only one that looks like a key is taken for a secret. */
const spokenToken = /(?<![A-Za-z0-9_-])(token["'\\]{0,4}\s*[:=]\s*["'\\]{0,4})[A-Za-z0-9._~+/=-]{16,}/gi;

/** Redacts secrets inside one text. */
export function redactText(text: string): string {
  let out = text;
  for (const shape of secretShapes) out = out.replace(shape, redacted);
  return out
    .replace(quotedSecret, (_all, before: string, end: string) => `${before}${redacted}${end}`)
    .replace(spokenSecret, (_all, before: string) => `${before}${redacted}`)
    .replace(spokenToken, (_all, before: string) => `${before}${redacted}`);
}

export function isSecretKey(key: string): boolean {
  return secretKey.test(camelToSnake(key));
}

/** One spelling for `clientSecret`, `client-secret` and the header `X-Client-Secret`. */
function camelToSnake(key: string): string {
  return key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll('-', '_');
}

/** A deep copy without secrets: values under secret names, and secret shapes inside any text, names of members included. */
export function redactSecrets<T>(value: T): T {
  return redactValue(value) as T;
}

/** Deeper than any real value, and far enough below what canonical JSON takes that an entry can hold it. */
const maxDepth = 256;

function redactValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (value === null || typeof value !== 'object') return value;
  if (depth > maxDepth) return redacted;
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  const isNamedSecret = namesSecret(value as Record<string, unknown>);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      redactText(key),
      isSecretKey(key) || (isNamedSecret && valueKeys.has(key))
        ? redactLeaves(member, depth + 1)
        : redactValue(member, depth + 1),
    ]),
  );
}

const nameKeys = ['path', 'name', 'key', 'field'];
const valueKeys = new Set(['value', 'before', 'after', 'old', 'new', 'from', 'to', 'default']);

/** `{path: 'user.password', after: 'x'}`: the secret's name stands beside it, not over it. */
function namesSecret(value: Record<string, unknown>): boolean {
  return nameKeys.some((key) => {
    const name = value[key];
    return typeof name === 'string' && name.length < 256 && isSecretKey(name.split(/[./]/).at(-1) ?? '');
  });
}

/** Everything under a secret's name is the secret; a flag is none. */
function redactLeaves(value: unknown, depth: number): unknown {
  if (typeof value === 'string' || typeof value === 'number') return redacted;
  if (value === null || typeof value !== 'object') return value;
  if (depth > maxDepth) return redacted;
  if (Array.isArray(value)) return value.map((item) => redactLeaves(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [redactText(key), redactLeaves(member, depth + 1)]),
  );
}
