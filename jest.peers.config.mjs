import base from './jest.config.mjs';

/** The slow suites: against real peer programs, many processes, or much data. `npm run test:peers`. */
export default {
  ...base,
  testMatch: ['**/*.peers.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 180_000,
  passWithNoTests: true,
};
