import base from './jest.config.mjs';

/** The deployment on emulated AWS: one story, told step by step. `npm run test:aws`. */
export default {
  ...base,
  testMatch: ['<rootDir>/tests/aws/**/*.aws.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 180_000,
  // Terraform has the other core.
  maxWorkers: 1,
  verbose: true,
};
