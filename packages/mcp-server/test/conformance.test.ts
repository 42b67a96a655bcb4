import { expect, it } from '@jest/globals';
import { runServerConformance } from './run-server-conformance.ts';
import { createSampleSpec } from './sample-spec.ts';

it('passes every conformance scenario that a tools-only server can', async () => {
  const { exitCode, output } = await runServerConformance(createSampleSpec().spec);
  expect([exitCode, exitCode === 0 ? '' : output]).toEqual([0, '']);
});
