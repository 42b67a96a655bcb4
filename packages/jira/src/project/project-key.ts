import { z } from 'zod';

export const projectKeyPattern = /^[A-Z][A-Z0-9]{1,9}$/;

export const projectKeySchema = z
  .string()
  .regex(
    projectKeyPattern,
    'must be 2 to 10 characters: an upper-case letter, then upper-case letters or digits',
  );

/**
 * Keys for a project name, best first, the same every time: initials of several words or the beginning of one, then the
 * same with 2, 3 … behind. Empty when the name holds no Latin letter to begin with.
 */
export function deriveProjectKeys(name: string, count = 20): string[] {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== '');
  const initials = words.map((word) => word.charAt(0)).join('');
  const base = [initials, words.join('')]
    .map((text) => text.replace(/^[0-9]+/, '').slice(0, 10))
    .find((text) => projectKeyPattern.test(text));
  if (base === undefined) return [];
  return Array.from({ length: count }, (_, index) => {
    const suffix = index === 0 ? '' : String(index + 1);
    return `${base.slice(0, 10 - suffix.length)}${suffix}`;
  });
}
