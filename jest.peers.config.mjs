import base from './jest.config.mjs';

process.env.FAST_CHECK_RUNS ??= '300';

/** The slow suites: against real peer programs, many processes, much data, or many examples. `npm run test:peers`. */
export default {
  ...base,
  testMatch: ['**/*.peers.test.ts', '**/*.property.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 180_000,
  passWithNoTests: true,
};
