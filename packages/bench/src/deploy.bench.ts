import type { BenchRow } from './bench-row.ts';
import { measureBundles } from './deploy/measure-bundles.ts';
import { measureSynthesis } from './deploy/measure-synthesis.ts';
import { measureTransitions } from './deploy/measure-transitions.ts';

/** What is deployed: the functions' bundles, the synthesized stacks, and what the state machine takes per run. */
export async function benchDeploy(): Promise<BenchRow[]> {
  const bundles = await measureBundles();
  return [...bundles, ...(await measureSynthesis()), ...(await measureTransitions())];
}
