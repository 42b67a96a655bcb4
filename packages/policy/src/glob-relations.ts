import { compileGlob, isExact } from './glob.ts';
import { splitToolGlob } from './tool-glob.ts';

/** True only if every text that `narrow` matches is matched by `wide` too; may miss some such pairs. */
export function globCovers(wide: string, narrow: string): boolean {
  if (wide === narrow) return true;
  if (isExact(narrow)) return compileGlob(wide)(narrow);
  // A run of any length can only be taken in by a run; `?` must not take it for one character.
  if (narrow.includes('*') && wide.includes('?')) return false;
  return compileGlob(wide)(narrow.replaceAll('*', '\u0000'));
}

/** False only if no text is matched by both; may call some disjoint pairs overlapping. */
export function globsOverlap(a: string, b: string): boolean {
  if (isExact(a)) return compileGlob(b)(a);
  if (isExact(b)) return compileGlob(a)(b);
  const [headA, tailA] = ends(a);
  const [headB, tailB] = ends(b);
  const isHeadShared = headA.startsWith(headB) || headB.startsWith(headA);
  return isHeadShared && (tailA.endsWith(tailB) || tailB.endsWith(tailA));
}

export function toolGlobCovers(wide: string, narrow: string): boolean {
  const [wideServer, wideTool] = splitToolGlob(wide);
  const [server, tool] = splitToolGlob(narrow);
  return globCovers(wideServer, server) && globCovers(wideTool, tool);
}

export function toolGlobsOverlap(a: string, b: string): boolean {
  const [serverA, toolA] = splitToolGlob(a);
  const [serverB, toolB] = splitToolGlob(b);
  return globsOverlap(serverA, serverB) && globsOverlap(toolA, toolB);
}

function ends(pattern: string): readonly [head: string, tail: string] {
  return [/^[^*?]*/.exec(pattern)?.[0] ?? '', /[^*?]*$/.exec(pattern)?.[0] ?? ''];
}
