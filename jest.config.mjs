import { existsSync } from 'node:fs';

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 22)
  throw new Error(`The tests need the workspace's own Node, not ${process.version}: run them with npm test.`);

/** Two cores are the design size; suites that start real processes keep their own time-outs. */
export default {
  rootDir: '.',
  // git keeps no empty folders, and jest refuses a root that is not there.
  roots: ['packages', 'functions', 'infra', 'tests', 'scripts']
    .filter((folder) => existsSync(new URL(folder, import.meta.url)))
    .map((folder) => `<rootDir>/${folder}`),
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '\\.peers\\.test\\.ts$', '\\.aws\\.test\\.ts$'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  testEnvironment: 'node',
  testTimeout: 30_000,
  // Jest would leave one of two cores idle; and suites that wait for processes and timers leave some of both.
  maxWorkers: 3,
  setupFiles: ['<rootDir>/scripts/jest-setup.mjs'],
  reporters: ['default', '<rootDir>/scripts/jest-summary-reporter.mjs'],
};
