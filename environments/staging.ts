import type { EnvironmentInput } from '../infra/src/environment-schema.ts';

/** As production, at half its size. */
export default {
  kind: 'environment',
  environment: 'staging',
  aws_region: 'us-east-1',
  tags: { cost_center: 'platform' },

  use_existing_vpc: false,
  vpc_cidr: '10.1.0.0/16',
  availability_zones: ['us-east-1a', 'us-east-1b'],
  attach_functions_to_vpc: true,
  nat_gateways: 'single',

  lambda_memory_size: 512,
  lambda_timeout: 60,
  approval_timeout_seconds: 3600,
  log_retention_days: 14,
  enhanced_monitoring: true,

  enable_bedrock_guardrails: true,

  deletion_protection: false,
  customer_managed_key: false,
  secret_recovery_days: 7,

  api_authorization: 'iam',
  api_throttle_rate_per_second: 50,
  api_throttle_burst: 100,

  deployment: 'all_at_once',
} satisfies EnvironmentInput;
