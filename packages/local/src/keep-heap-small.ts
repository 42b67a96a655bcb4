import { setFlagsFromString } from 'node:v8';

/** How far the heap may grow beyond what lives before it is collected; V8's own choice is up to four times as much. */
const growthPercent = 40;

/**
 * For a process that stays: what lives is some 90 MB whatever waits, and V8 would let a burst of requests take 500 MB and keep
 * them. No upper bound is set, so nothing that needs the memory fails for it; the price is some more collections.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
}
