import { RE2JS } from 're2js';

const compiled = new Map<string, RE2JS>();
const capacity = 20_000;

/**
 * Compiles to RE2, whose cost is linear in the text whatever the pattern. The pattern is searched anywhere in the text unless
 * it is anchored. Kept by source, since loading a file needs each pattern twice (check, compile).
 * @throws RE2JSException for what RE2 can't do (look-around, back-references) or is malformed.
 */
export function compileRegex(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const regex = RE2JS.compile(pattern);
  if (compiled.size >= capacity) compiled.clear();
  compiled.set(pattern, regex);
  return regex;
}

/** What is wrong with the pattern, or `undefined`. */
export function regexProblem(pattern: string): string | undefined {
  if (pattern.length > 1000) return 'is longer than 1,000 characters; split it into several rules';
  try {
    compileRegex(pattern);
    return undefined;
  } catch (error) {
    const detail =
      error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error);
    return `is not a regular expression of RE2 (${detail}); RE2 has no look-around and no back-references`;
  }
}
