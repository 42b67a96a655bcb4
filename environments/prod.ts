import type { EnvironmentInput } from '../infra/src/environment-schema.ts';

/** Survives the loss of a zone, keeps what was recorded, waits four hours for people and shifts new versions carefully. */
export default {
  kind: 'environment',
  environment: 'prod',
  aws_region: 'us-east-1',
  tags: { cost_center: 'platform' },

  use_existing_vpc: false,
  vpc_cidr: '10.2.0.0/16',
  availability_zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
  attach_functions_to_vpc: true,
  nat_gateways: 'per_zone',

  lambda_memory_size: 1024,
  lambda_timeout: 120,
  approval_timeout_seconds: 14_400,
  log_retention_days: 14,
  enhanced_monitoring: true,

  enable_bedrock_guardrails: true,

  deletion_protection: true,
  customer_managed_key: true,
  secret_recovery_days: 30,

  api_authorization: 'iam',
  api_throttle_rate_per_second: 100,
  api_throttle_burst: 200,

  deployment: 'canary',
} satisfies EnvironmentInput;
