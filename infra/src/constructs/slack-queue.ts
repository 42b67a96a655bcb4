import { LambdaEventSourceMapping } from '@cdktf/provider-aws/lib/lambda-event-source-mapping/index.js';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue/index.js';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy/index.js';
import { SqsQueueRedriveAllowPolicy } from '@cdktf/provider-aws/lib/sqs-queue-redrive-allow-policy/index.js';
import { Construct } from 'constructs';
import type { Place } from './place.ts';
import type { ServiceFunction } from './service-function.ts';
import { writePolicy } from './write-policy.ts';

const day = 24 * 60 * 60;
/** Between the end of a call that was cut off and the next attempt. */
const graceSeconds = 30;

/** The worker puts a failed job off by seconds first, by five minutes in the end: together half an hour. */
const maxAttempts = 10;

/**
 * Jobs for Slack, in order within a group (a thread, an approval) and side by side otherwise. What fails ten times is put aside, so
 * that it does not hold its group up for ever.
 */
export class SlackQueue extends Construct {
  readonly url: string;
  readonly name: string;
  readonly deadLetterQueueName: string;
  readonly arn: string;

  constructor(
    scope: Construct,
    id: string,
    /** `jobSeconds`: the longest that a job may take. */
    props: { readonly place: Place; readonly name: string; readonly jobSeconds: number },
  ) {
    super(scope, id);
    const { place, jobSeconds } = props;
    this.name = `${place.prefix}-${props.name}.fifo`;
    this.deadLetterQueueName = `${place.prefix}-${props.name}-dead-letters.fifo`;
    const fifo = {
      fifoQueue: true,
      // Every job brings an id of its own: two that read the same are two.
      contentBasedDeduplication: false,
      deduplicationScope: 'messageGroup',
      fifoThroughputLimit: 'perMessageGroupId',
      sqsManagedSseEnabled: true,
    };
    const deadLetters = new SqsQueue(this, 'dead-letters', {
      ...fifo,
      name: this.deadLetterQueueName,
      messageRetentionSeconds: 14 * day,
    });
    const queue = new SqsQueue(this, 'queue', {
      ...fifo,
      name: this.name,
      // A job that was lost with its call blocks its group until then: as short as a call allows.
      visibilityTimeoutSeconds: jobSeconds + graceSeconds,
      // What nobody answered in a day, nobody waits for any more.
      messageRetentionSeconds: day,
      redrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: maxAttempts }),
    });
    new SqsQueueRedriveAllowPolicy(this, 'redrive-allow', {
      queueUrl: deadLetters.url,
      redriveAllowPolicy: JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [queue.arn] }),
    });
    for (const [policyId, target] of [
      ['policy', queue],
      ['dead-letters-policy', deadLetters],
    ] as const) {
      new SqsQueuePolicy(this, policyId, {
        queueUrl: target.url,
        policy: writePolicy([
          {
            sid: 'TlsOnly',
            effect: 'Deny',
            actions: ['sqs:*'],
            principal: '*',
            resources: [target.arn],
            condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ]),
      });
    }
    this.url = queue.url;
    this.arn = queue.arn;
  }

  /** One job per call: a failed one is tried again alone. The role must have been granted to take. */
  deliverTo(worker: ServiceFunction, atMostAtOnce: number): void {
    new LambdaEventSourceMapping(this, 'delivery', {
      eventSourceArn: this.arn,
      functionName: worker.aliasArn,
      batchSize: 1,
      functionResponseTypes: ['ReportBatchItemFailures'],
      scalingConfig: { maximumConcurrency: atMostAtOnce },
      // Lambda tries the role when it makes the mapping.
      dependsOn: [worker.role.policy],
    });
  }
}
