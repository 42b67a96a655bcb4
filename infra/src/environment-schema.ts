import { slackChannelIdSchema } from '@hitl/core';
import { maxApprovalTimeoutSeconds } from '@hitl/workflow';
import { z } from 'zod';

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,19}$/, 'must be 1 to 20 lower-case letters, digits and dashes, a letter first');
const region = z.string().regex(/^[a-z]{2,}(-[a-z]+)+-\d$/, 'must be an AWS region such as eu-central-1');
const accountId = z.string().regex(/^\d{12}$/, 'must be the 12 digits of an AWS account');
const idOf = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}-[0-9a-z]+$`), `must look like ${prefix}-0123456789abcdef0`);
const tags = z.record(
  z.string().regex(/^(?!aws:)[\w.:/=+@ -]{1,128}$/, 'must be a tag key of at most 128 characters'),
  z.string().regex(/^[\w.:/=+@ -]{0,256}$/, 'must be a tag value of at most 256 characters'),
);

/** The retentions that CloudWatch Logs knows. */
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const account = {
  aws_region: region,
  /** When given, any other account is refused, by the deploy script and by Terraform. */
  aws_account_id: accountId.optional(),
  /** On every resource. Activate `project`, `environment` and `cost_center` as cost-allocation tags once per payer account. */
  tags: tags.default({}),
};

/** Where Terraform keeps its state: one per region (and account) that is deployed to. */
export const bootstrapSchema = z.strictObject({
  kind: z.literal('bootstrap'),
  ...account,
  /** True: `destroy` also deletes every state in the bucket. */
  force_destroy: z.boolean().default(false),
  /** Roles for GitHub Actions of this repository, which then need no stored key. */
  github: z
    .strictObject({
      repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'must look like owner/name'),
      /** Each is a GitHub environment too, whose protection rules are the approval. */
      environments: z.array(name).min(1),
      /** An account has one OIDC provider of GitHub's: `existing` where another bootstrap or project made it. */
      provider: z.enum(['create', 'existing']).default('create'),
    })
    .optional(),
});

const jwt = z.strictObject({
  issuer: z.url({ protocol: /^https$/, error: 'must be an https URL' }),
  audience: z.array(z.string().min(1)).min(1),
});

/** What an existing VPC must bring; none of it may be given without `use_existing_vpc`. */
const existingVpc = {
  vpc_id: idOf('vpc').optional(),
  private_subnet_ids: z.array(idOf('subnet')).min(2, 'must name subnets of two zones or more').optional(),
  public_subnet_ids: z.array(idOf('subnet')).min(2, 'must name subnets of two zones or more').optional(),
  lambda_security_group_id: idOf('sg').optional(),
  app_security_group_id: idOf('sg').optional(),
  alb_security_group_id: idOf('sg').optional(),
};

/** What a VPC of our own is made from; none of it may be given with `use_existing_vpc`. */
const ownVpc = {
  vpc_cidr: z
    .string()
    .regex(
      /^(10\.(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])|172\.(1[6-9]|2\d|3[01])|192\.168)\.0\.0\/16$/,
      'must be a private /16 network such as 10.0.0.0/16',
    )
    .optional(),
  availability_zones: z.array(z.string()).min(2, 'must name two zones or more').max(6).optional(),
  /** Egress to Slack, Google and Jira for attached functions. `per_zone` survives the loss of a zone. */
  nat_gateways: z.enum(['none', 'single', 'per_zone']).optional(),
};

const fields = z.strictObject({
  kind: z.literal('environment'),
  /** The prefix of every name; the same as the file's name. */
  environment: name,
  ...account,
  /** The file of the bootstrap whose bucket holds this environment's state. */
  bootstrap: name.default('bootstrap'),

  use_existing_vpc: z.boolean(),
  ...ownVpc,
  ...existingVpc,
  /** Without it the functions run outside of the VPC, which then costs nothing. */
  attach_functions_to_vpc: z.boolean(),

  lambda_memory_size: z.int().min(128).max(10_240),
  lambda_timeout: z.int().min(10, 'must be 10 seconds or more').max(900, 'must be 900 seconds or less'),
  /** How long a request waits for people before it expires, where the policy does not say. */
  approval_timeout_seconds: z
    .int()
    .min(1)
    .max(maxApprovalTimeoutSeconds - 900),
  log_retention_days: z
    .union(
      retentionDays.map((days) => z.literal(days)),
      { error: `must be one of ${retentionDays.join(', ')}` },
    )
    .default(14),
  /** False: no text of a request and no result reaches the logs of the workflow's steps; ids, state and outcome still do. */
  log_execution_data: z.boolean().default(true),

  /** Alarms on the throttling of every table, not only of those that hold what is decided. */
  enhanced_monitoring: z.boolean(),
  /**
   * Where approvals are shown whose policy rule names no channel; the bot must be in it. Without it they are shown only in the
   * thread that asked.
   */
  slack_channel_id: slackChannelIdSchema.optional(),
  /**
   * Where links in cards lead: `slack` is the page that people sign in to with Slack, `gateway` the one behind `api_authorization`, for
   * whoever puts a login of their own before it.
   */
  approval_page: z.enum(['slack', 'gateway']).default('slack'),
  /** As many conversations in Slack can be answered side by side; clicks and cards have workers of their own. */
  slack_worker_concurrency: z.int().min(2).max(1000).default(50),
  /** Invoke URL of an AgentCore runtime or gateway that answers in Slack instead of the agent of this project. */
  agentcore_gateway_url: z.url({ protocol: /^https$/, error: 'must be an https URL' }).optional(),
  /** Needed where it is called with the function's own identity rather than with a bearer token. */
  agentcore_gateway_arn: z
    .string()
    .regex(
      /^arn:[\w-]+:bedrock-agentcore:[\w-]+:\d{12}:(runtime|gateway)\/[\w-]+$/,
      'must be the ARN of an AgentCore runtime or gateway',
    )
    .optional(),

  /** Default: the cost-efficient Claude that serves the region. */
  model_id: z.string().min(1).optional(),
  enable_bedrock_guardrails: z.boolean(),
  /** A guardrail that exists; without it one is made. */
  bedrock_guardrail_id: z.string().min(1).optional(),
  bedrock_guardrail_version: z
    .string()
    .regex(/^([1-9]\d{0,7}|DRAFT)$/, 'must be a number or DRAFT')
    .optional(),

  /** Regions that hold a copy of every table. A copy is for recovery: only one region may act on it at a time. */
  replica_regions: z.array(region).default([]),
  deletion_protection: z.boolean(),
  customer_managed_key: z.boolean(),
  /** How long a deleted secret can be brought back; 0 deletes at once. */
  secret_recovery_days: z.union([z.literal(0), z.int().min(7).max(30)], {
    error: 'must be 0, or 7 to 30 days',
  }),

  /** `jwt` needs `api_jwt`. */
  api_authorization: z.enum(['iam', 'jwt']).default('iam'),
  api_jwt: jwt.optional(),
  /**
   * Roles whose trust policy fixes the session's name to who assumes them (a condition on `sts:RoleSessionName`). Only then may a person
   * be linked to a session of such a role; sessions of Identity Center need nothing.
   */
  session_name_roles: z
    .array(z.string().regex(/^[\w+=.@-]{1,64}$/, 'must be the name of an IAM role, without its path'))
    .default([]),
  api_throttle_rate_per_second: z.int().min(1).max(10_000),
  api_throttle_burst: z.int().min(1).max(5_000),

  /** `canary`: CodeDeploy sends a tenth of the invocations to the new version first, and takes it back when an alarm goes off. */
  deployment: z.enum(['all_at_once', 'canary']),
  alarm_email: z.email('must be an e-mail address').optional(),
});

/** One environment: data only, no secrets. Secret values are put into the secrets that the stack makes, never here. */
export const environmentSchema = fields.superRefine((environment, context) => {
  const refuse = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message });
  const requireAll = (names: readonly string[], when: string) => {
    for (const field of names) {
      if (Reflect.get(environment, field) === undefined) refuse([field], `is required ${when}`);
    }
  };
  const refuseAll = (names: readonly string[], when: string) => {
    for (const field of names) {
      if (Reflect.get(environment, field) !== undefined) refuse([field], `must not be given ${when}`);
    }
  };

  if (environment.use_existing_vpc) {
    requireAll(Object.keys(existingVpc), 'with use_existing_vpc: true');
    refuseAll(Object.keys(ownVpc), 'with use_existing_vpc: true');
  } else {
    requireAll(Object.keys(ownVpc), 'with use_existing_vpc: false');
    refuseAll(Object.keys(existingVpc), 'with use_existing_vpc: false');
    checkZones(environment, refuse);
    if (environment.nat_gateways !== undefined) {
      if (environment.attach_functions_to_vpc && environment.nat_gateways === 'none') {
        refuse(['nat_gateways'], 'must not be none where functions are attached: they must reach Slack');
      }
      if (!environment.attach_functions_to_vpc && environment.nat_gateways !== 'none') {
        refuse(
          ['nat_gateways'],
          'must be none where no function is attached: it would cost and serve nobody',
        );
      }
    }
  }

  if (environment.agentcore_gateway_arn !== undefined) {
    requireAll(['agentcore_gateway_url'], 'with agentcore_gateway_arn');
  }

  if (environment.api_authorization === 'jwt') requireAll(['api_jwt'], 'with api_authorization: jwt');
  else refuseAll(['api_jwt'], 'with api_authorization: iam');

  const guardrail = ['bedrock_guardrail_id', 'bedrock_guardrail_version'];
  if (!environment.enable_bedrock_guardrails) refuseAll(guardrail, 'without enable_bedrock_guardrails');
  else if (guardrail.some((field) => Reflect.get(environment, field) !== undefined)) {
    requireAll(guardrail, 'where a guardrail that exists is used');
  }

  environment.replica_regions.forEach((replica, index) => {
    if (replica === environment.aws_region) {
      refuse(['replica_regions', index], 'must be another region than aws_region');
    }
    if (environment.replica_regions.indexOf(replica) !== index) {
      refuse(['replica_regions', index], 'is named twice');
    }
  });
  if (environment.customer_managed_key && environment.replica_regions.length > 0) {
    refuse(['customer_managed_key'], 'must be false with replica_regions: the key lives in one region');
  }
});

function checkZones(
  environment: z.infer<typeof fields>,
  refuse: (path: (string | number)[], message: string) => void,
): void {
  const zones = environment.availability_zones ?? [];
  zones.forEach((zone, index) => {
    if (!new RegExp(`^${environment.aws_region}[a-z]$`).test(zone)) {
      refuse(['availability_zones', index], `must be a zone of ${environment.aws_region}`);
    }
    if (zones.indexOf(zone) !== index) refuse(['availability_zones', index], 'is named twice');
  });
}

/** Any file of the environments folder. */
export const deploymentSchema = z.discriminatedUnion('kind', [bootstrapSchema, environmentSchema]);

export type Bootstrap = z.output<typeof bootstrapSchema>;
export type BootstrapInput = z.input<typeof bootstrapSchema>;
export type Environment = z.output<typeof environmentSchema>;
export type EnvironmentInput = z.input<typeof environmentSchema>;
export type Deployment = Bootstrap | Environment;
