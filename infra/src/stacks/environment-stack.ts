import { defaultModelId } from '@hitl/aws';
import { approvalPagePaths } from '@hitl/core';
import { TerraformOutput } from 'cdktf';
import { Construct } from 'constructs';
import { openRoutes, readApiRoutes, slackRoutes } from '../api-routes.ts';
import { defineAlarms, functionAlarms, type WatchedParts } from '../constructs/alarm-definitions.ts';
import { Alarms, alarmName } from '../constructs/alarms.ts';
import { AwsStack } from '../constructs/aws-stack.ts';
import { bindRoles } from '../constructs/bind-roles.ts';
import { Dashboard } from '../constructs/dashboard.ts';
import { Deployments } from '../constructs/deployments.ts';
import { EncryptionKey } from '../constructs/encryption-key.ts';
import { Events } from '../constructs/events.ts';
import { type GuardrailReference, OwnGuardrail } from '../constructs/guardrail.ts';
import { HttpApi } from '../constructs/http-api.ts';
import { type Network, OwnNetwork } from '../constructs/network.ts';
import { Notifications } from '../constructs/notifications.ts';
import { Secrets } from '../constructs/secrets.ts';
import type { ServiceFunction } from '../constructs/service-function.ts';
import { SlackQueues } from '../constructs/slack-queues.ts';
import { Tables } from '../constructs/tables.ts';
import { Workflow, workflowArn } from '../constructs/workflow.ts';
import { createFunctions, timeoutOf } from '../create-functions.ts';
import type { CustomConstruct, EnvironmentParts } from '../custom/custom-construct.ts';
import type { Environment } from '../environment-schema.ts';
import {
  type FunctionDefinition,
  type FunctionKey,
  functionCatalog,
  functionKeys,
} from '../function-catalog.ts';
import { grantFunctionRights } from '../grant-function-rights.ts';
import { type CodeSource, policyPath } from '../package-functions.ts';

export interface EnvironmentStackProps {
  readonly config: Environment;
  readonly codeOf: CodeSource;
  readonly custom: readonly CustomConstruct[];
  /** Where its bootstrap makes the boundary. */
  readonly rolesAreBounded: boolean;
}

/** Reminders and expiry that a lost workflow would have made are at most this late. */
const sweepMinutes = 5;
/**
 * The state machine's own time-out is the net under the sweep, which expires a request when its time has come: were it as long as the
 * request lives, it would be first by the moment that the step took, and cost three transitions for nothing.
 */
const sweepSlackSeconds = 3 * sweepMinutes * 60;

/** One environment: everything that runs the product, by the data of its file. */
export class EnvironmentStack extends AwsStack implements EnvironmentParts {
  readonly network: Network;
  readonly tables: Tables;
  readonly secrets: Secrets;
  readonly notifications: Notifications;
  readonly events: Events;
  readonly slackQueues: SlackQueues;
  readonly functions: Readonly<Record<FunctionKey, ServiceFunction>>;
  readonly workflow: Workflow;
  readonly api: HttpApi;

  constructor(scope: Construct, props: EnvironmentStackProps) {
    const { config, codeOf, custom, rolesAreBounded } = props;
    super(scope, config.environment, {
      region: config.aws_region,
      ...(config.aws_account_id === undefined ? {} : { accountId: config.aws_account_id }),
      tags: config.tags,
      state: 'bucket',
    });
    const { place } = this;
    bindRoles(this, { place, bounded: rolesAreBounded });
    const key = config.customer_managed_key
      ? { key: new EncryptionKey(this, 'key', { place, deletionWindowDays: 30 }) }
      : {};

    this.network = createNetwork(this, config);
    this.tables = new Tables(this, 'tables', {
      place,
      deletionProtection: config.deletion_protection,
      replicaRegions: config.replica_regions,
      ...key,
    });
    this.secrets = new Secrets(this, 'secrets', { place, recoveryDays: config.secret_recovery_days, ...key });
    this.notifications = new Notifications(this, 'notifications', {
      place,
      ...key,
      ...(config.alarm_email === undefined ? {} : { alarmEmail: config.alarm_email }),
    });
    this.events = new Events(this, 'events', { place });
    this.slackQueues = new SlackQueues(this, 'slack-queues', {
      place,
      jobSeconds: timeoutOf('slack-worker', config),
    });
    const guardrail = createGuardrail(this, config);
    const modelId = config.model_id ?? defaultModelId(config.aws_region);

    this.functions = createFunctions(new Construct(this, 'functions'), {
      place,
      config,
      codeOf,
      network: this.network,
      environment: {
        ENVIRONMENT: config.environment,
        APPROVAL_SFN_ARN: workflowArn(place),
        MODEL_ID: modelId,
        RUNS_TABLE: this.tables.nameOf('runs'),
        APPROVALS_TABLE: this.tables.nameOf('approvals'),
        AUDIT_TABLE: this.tables.nameOf('audit'),
        BLOBS_TABLE: this.tables.nameOf('blobs'),
        COORDINATION_TABLE: this.tables.nameOf('coordination'),
        DIRECTORY_TABLE: this.tables.nameOf('directory'),
        SLACK_SESSIONS_TABLE: this.tables.nameOf('slack_sessions'),
        SLACK_SECRETS_NAME: this.secrets.nameOf('slack'),
        GOOGLE_SECRETS_NAME: this.secrets.nameOf('google'),
        JIRA_SECRETS_NAME: this.secrets.nameOf('jira'),
        MCP_SECRETS_NAME: this.secrets.nameOf('mcp'),
        NOTIFICATION_SECRETS_NAME: this.secrets.nameOf('notifications'),
        EVENT_BUS_NAME: this.events.busName,
        SNS_TOPIC_ARN: this.notifications.topicArn,
        SLACK_ASYNC: '1',
        ...(guardrail === undefined
          ? {}
          : { BEDROCK_GUARDRAIL_ID: guardrail.id, BEDROCK_GUARDRAIL_VERSION: guardrail.version }),
      },
    });
    grantFunctionRights({
      place,
      tables: this.tables,
      secrets: this.secrets,
      events: this.events,
      notifications: this.notifications,
      slackQueues: this.slackQueues,
      functions: this.functions,
      modelId,
      guardrail,
      key: key.key,
      agentCoreArn: config.agentcore_gateway_arn,
      costCenter: config.tags.cost_center,
    });
    this.slackQueues.deliverTo(this.functions['slack-worker'], config.slack_worker_concurrency);

    this.workflow = new Workflow(this, 'workflow', {
      place,
      advance: this.functions.advance,
      expire: this.functions['expire-approval'],
      approvalTimeoutSeconds: config.approval_timeout_seconds + sweepSlackSeconds,
      logRetentionDays: config.log_retention_days,
    });
    this.events.startOnActionRequested({ place, workflow: this.workflow });
    this.events.callRegularly({
      place,
      target: this.functions['expire-approval'],
      everyMinutes: sweepMinutes,
    });

    const throttle = { ratePerSecond: config.api_throttle_rate_per_second, burst: config.api_throttle_burst };
    this.api = new HttpApi(this, 'api', {
      place,
      name: 'hitl-api',
      description: 'Runs, approvals, votes, audit and Slack',
      routes: [
        ...readApiRoutes().map((route) => ({
          key: route,
          target: this.functions.api,
          isOpen: openRoutes.includes(route),
        })),
        ...slackRoutes.map((route) => ({
          key: route,
          target: this.functions['slack-ingress'],
          isOpen: true,
        })),
      ],
      authorization: config.api_jwt ?? 'iam',
      throttle,
      logRetentionDays: config.log_retention_days,
      detailedMetrics: config.enhanced_monitoring,
    });
    // MCP knows no request signatures: the two servers are open to the gateway and check a bearer token themselves.
    const mcpApi = new HttpApi(this, 'mcp-api', {
      place,
      name: 'hitl-mcp',
      description: 'MCP servers behind bearer tokens',
      routes: [
        { key: 'POST /google/mcp', target: this.functions['google-mcp'], isOpen: true },
        { key: 'POST /jira/mcp', target: this.functions['jira-mcp'], isOpen: true },
      ],
      authorization: 'iam',
      throttle,
      logRetentionDays: config.log_retention_days,
      detailedMetrics: config.enhanced_monitoring,
    });
    for (const id of functionKeys) {
      const { callsTools, decides }: FunctionDefinition = functionCatalog[id];
      const target = this.functions[id];
      target.addEnvironment('PUBLIC_URL', this.api.url);
      target.addEnvironment('APPROVAL_PAGE_PATH', approvalPagePaths[config.approval_page]);
      if (decides) {
        target.addEnvironment('POLICY_PATH', policyPath);
        target.addEnvironment('APPROVAL_TIMEOUT_SECONDS', String(config.approval_timeout_seconds));
      }
      if (callsTools) {
        target.addEnvironment('MCP_SERVERS', `google=${mcpApi.url}/google/mcp;jira=${mcpApi.url}/jira/mcp`);
        // Deployed with the same commit: what they say of their tools was reviewed with it.
        target.addEnvironment('MCP_SHIPPED', 'google,jira');
      }
    }
    for (const step of ['advance', 'expire-approval'] as const) {
      this.functions[step].addEnvironment('LOG_EXECUTION_DATA', config.log_execution_data ? '1' : '0');
    }
    if (config.session_name_roles.length > 0) {
      this.functions.api.addEnvironment('SESSION_NAME_ROLES', config.session_name_roles.join(','));
    }
    if (config.slack_channel_id !== undefined) {
      this.functions['slack-worker'].addEnvironment('SLACK_CHANNEL_ID', config.slack_channel_id);
    }
    if (config.agentcore_gateway_url !== undefined) {
      this.functions['slack-worker'].addEnvironment('AGENTCORE_GATEWAY_URL', config.agentcore_gateway_url);
    }

    const functions = Object.values(this.functions);
    const parts: WatchedParts = {
      environment: config.environment,
      enhanced: config.enhanced_monitoring,
      functions: this.functions,
      stateMachineArn: this.workflow.arn,
      tableNames: this.tables.names,
      slackQueueNames: {
        answers: this.slackQueues.answers.name,
        actions: this.slackQueues.actions.name,
      },
      topicName: this.notifications.topicName,
      deadLetterQueues: [
        ...functions.flatMap((target) => target.deadLetterQueueName ?? []),
        ...this.slackQueues.all.map(({ deadLetterQueueName }) => deadLetterQueueName),
        this.events.deadLetterQueueName,
      ],
      apiId: this.api.id,
    };
    new Alarms(this, 'alarms', {
      place,
      topicArn: this.notifications.alarmTopicArn,
      alarms: defineAlarms(parts),
    });
    const dashboard = new Dashboard(this, 'dashboard', { place, parts });
    if (config.deployment === 'canary') {
      new Deployments(this, 'deployments', {
        place,
        functions: this.functions,
        alarmNamesOf: (id) => functionAlarms(parts, id).map((alarm) => alarmName(place, alarm.id)),
      });
    }

    const outputs = {
      step_functions_arn: this.workflow.arn,
      api_url: this.api.url,
      slack_sessions_table_name: this.tables.nameOf('slack_sessions'),
      approvals_table_name: this.tables.nameOf('approvals'),
      runs_table_name: this.tables.nameOf('runs'),
      audit_table_name: this.tables.nameOf('audit'),
      blobs_table_name: this.tables.nameOf('blobs'),
      sns_topic_arn: this.notifications.topicArn,
      event_bus_name: this.events.busName,
      coordination_table_name: this.tables.nameOf('coordination'),
      directory_table_name: this.tables.nameOf('directory'),
      slack_secret_name: this.secrets.nameOf('slack'),
      slack_queue_url: this.slackQueues.answers.url,
      slack_actions_queue_url: this.slackQueues.actions.url,
      dashboard_url: dashboard.url,
      mcp_url: mcpApi.url,
      vpc_id: this.network.vpcId,
      function_versions: Object.fromEntries(functions.map((target) => [target.name, target.version])),
    };
    for (const [id, value] of Object.entries(outputs)) {
      new TerraformOutput(this, id, { value, staticId: true });
    }
    for (const build of custom) build({ scope: this, parts: this, config, namePrefix: config.environment });
  }
}

function createNetwork(scope: EnvironmentStack, config: Environment): Network {
  if (!config.use_existing_vpc) {
    return new OwnNetwork(scope, 'network', {
      place: scope.place,
      cidr: given(config.vpc_cidr),
      zones: given(config.availability_zones),
      natGateways: given(config.nat_gateways),
      withInterfaceEndpoints: config.attach_functions_to_vpc,
    });
  }
  return {
    vpcId: given(config.vpc_id),
    privateSubnetIds: given(config.private_subnet_ids),
    publicSubnetIds: given(config.public_subnet_ids),
    lambdaSecurityGroupId: given(config.lambda_security_group_id),
    appSecurityGroupId: given(config.app_security_group_id),
    albSecurityGroupId: given(config.alb_security_group_id),
  };
}

function createGuardrail(scope: EnvironmentStack, config: Environment): GuardrailReference | undefined {
  if (!config.enable_bedrock_guardrails) return undefined;
  const { bedrock_guardrail_id: id, bedrock_guardrail_version: version } = config;
  if (id === undefined || version === undefined) {
    return new OwnGuardrail(scope, 'guardrail', { place: scope.place });
  }
  return { id, version, arn: scope.place.arn('bedrock', `guardrail/${id}`) };
}

/** The schema has seen to it that the value is there. */
function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('an environment was used that its schema has not checked');
  return value;
}
