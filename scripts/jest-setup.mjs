import fc from 'fast-check';

/** `FAST_CHECK_SEED=n npm test` draws the same examples again; without it every run looks at new ones. */
const seed = Number(process.env.FAST_CHECK_SEED ?? Number.NaN);
/** Examples of a property that asks for no number of its own: few each time, many in the slower suites. */
const numRuns = Number(process.env.FAST_CHECK_RUNS ?? 50);
fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  numRuns,
  ...(Number.isInteger(seed) ? { seed } : {}),
});
