import fc from 'fast-check';

/** `FAST_CHECK_SEED=n npm test` draws the same examples again; without it every run looks at new ones. */
const seed = Number(process.env.FAST_CHECK_SEED ?? Number.NaN);
if (Number.isInteger(seed)) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
