import type { BootstrapInput } from '../infra/src/environment-schema.ts';

/** The state bucket and lock table of this region. Another region gets a file of its own. */
export default {
  kind: 'bootstrap',
  aws_region: 'us-east-1',
  tags: { cost_center: 'platform' },
} satisfies BootstrapInput;
