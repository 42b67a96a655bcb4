import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic/index.js';
import { SnsTopicPolicy } from '@cdktf/provider-aws/lib/sns-topic-policy/index.js';
import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription/index.js';
import { Construct } from 'constructs';
import type { EncryptionKey } from './encryption-key.ts';
import type { Place } from './place.ts';
import type { Role } from './role.ts';
import { writePolicy } from './write-policy.ts';

/**
 * Two topics: one that tells of approvals and runs, one for alarms. CloudWatch cannot publish to a topic under the account's own
 * `aws/sns` key, and alarms hold nothing secret, so without a customer's key that topic is not encrypted at rest.
 */
export class Notifications extends Construct {
  readonly topicArn: string;
  readonly topicName: string;
  readonly alarmTopicArn: string;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly place: Place; readonly key?: EncryptionKey; readonly alarmEmail?: string },
  ) {
    super(scope, id);
    const { place, key, alarmEmail } = props;
    this.topicName = `${place.prefix}-hitl-notifications`;
    const topic = new SnsTopic(this, 'topic', {
      name: this.topicName,
      kmsMasterKeyId: key?.arn ?? 'alias/aws/sns',
    });
    const alarms = new SnsTopic(this, 'alarms', {
      name: `${place.prefix}-hitl-alarms`,
      ...(key === undefined ? {} : { kmsMasterKeyId: key.arn }),
    });
    new SnsTopicPolicy(this, 'policy', {
      arn: topic.arn,
      policy: writePolicy([refusePlainText(topic.arn)]),
    });
    new SnsTopicPolicy(this, 'alarms-policy', {
      arn: alarms.arn,
      policy: writePolicy([
        {
          sid: 'AlarmsOfThisAccount',
          actions: ['sns:Publish'],
          principal: { Service: 'cloudwatch.amazonaws.com' },
          resources: [alarms.arn],
          condition: { StringEquals: { 'aws:SourceAccount': place.accountId } },
        },
        refusePlainText(alarms.arn),
      ]),
    });
    if (alarmEmail !== undefined) {
      new SnsTopicSubscription(this, 'alarm-email', {
        topicArn: alarms.arn,
        protocol: 'email',
        endpoint: alarmEmail,
      });
    }
    this.topicArn = topic.arn;
    this.alarmTopicArn = alarms.arn;
  }

  grantPublish(role: Role): void {
    role.allow({ sid: 'PublishNotifications', actions: ['sns:Publish'], resources: [this.topicArn] });
  }
}

function refusePlainText(arn: string) {
  return {
    sid: 'TlsOnly',
    effect: 'Deny',
    actions: ['sns:Publish'],
    principal: '*',
    resources: [arn],
    condition: { Bool: { 'aws:SecureTransport': 'false' } },
  } as const;
}
