import type { EnvironmentInput } from '../infra/src/environment-schema.ts';

/** Costs next to nothing while idle: the functions stay outside of the VPC until they are attached. */
export default {
  kind: 'environment',
  environment: 'dev',
  aws_region: 'us-east-1',
  tags: { cost_center: 'platform' },

  use_existing_vpc: false,
  vpc_cidr: '10.0.0.0/16',
  availability_zones: ['us-east-1a', 'us-east-1b'],
  attach_functions_to_vpc: false,
  nat_gateways: 'none',

  lambda_memory_size: 256,
  lambda_timeout: 30,
  approval_timeout_seconds: 3600,
  log_retention_days: 14,
  enhanced_monitoring: false,

  enable_bedrock_guardrails: false,

  deletion_protection: false,
  customer_managed_key: false,
  secret_recovery_days: 0,

  api_authorization: 'iam',
  api_throttle_rate_per_second: 20,
  api_throttle_burst: 40,

  deployment: 'all_at_once',
} satisfies EnvironmentInput;
