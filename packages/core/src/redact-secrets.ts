/** What stands in the record where a secret stood. */
export const redacted = '[redacted]';

/** Member names whose value is a secret whatever it looks like. Page cursors such as `page_token` are not. */
const secretKey =
  /^(?:.*[_-])?(?:password|passwd|passphrase|secret|client_?secret|private_?key|api_?key|api_?token|access_?token|refresh_?token|id_?token|auth_?token|bot_?token|bearer|authorization|credentials?|session_?token|signing_?secret)$/i;

/** Shapes that are secrets wherever they stand in a text. */
const secretShapes: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,}\b/g,
  /\bxox[abeprs]-[A-Za-z0-9-]{10,}\b/g,
  /\bya29\.[A-Za-z0-9_-]{20,}/g,
  /\bATATT[A-Za-z0-9_=-]{20,}/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g,
  /\bBearer\s+[A-Za-z0-9._~+/=-]{16,}/gi,
];

/** `password: x`, `passwort=x`, `the password is x`: the word is kept, the value goes. */
const spokenSecret =
  /\b(pass(?:word|phrase|wd)|secret|api[ _-]?(?:key|token)|access[ _-]?token)\b(\s*(?:[:=]|is|to)\s*)(["']?)([^\s"',;]{3,})\3/gi;

/** Redacts secrets inside one text. */
export function redactText(text: string): string {
  let out = text;
  for (const shape of secretShapes) out = out.replace(shape, redacted);
  return out.replace(spokenSecret, (_all, word: string, joint: string) => `${word}${joint}${redacted}`);
}

export function isSecretKey(key: string): boolean {
  return secretKey.test(camelToSnake(key));
}

function camelToSnake(key: string): string {
  return key.replace(/([a-z0-9])([A-Z])/g, '$1_$2');
}

/** A deep copy without secrets: values under secret names, and secret shapes inside any text. */
export function redactSecrets<T>(value: T): T {
  return redactValue(value) as T;
}

function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redactValue);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        isSecretKey(key) && (typeof member === 'string' || typeof member === 'number')
          ? redacted
          : redactValue(member),
      ]),
    );
  }
  return value;
}
