import { Construct } from 'constructs';
import type { Place } from './place.ts';
import type { Role } from './role.ts';
import type { ServiceFunction } from './service-function.ts';
import { SlackQueue } from './slack-queue.ts';

/** Clicks, cards and commands take seconds: so many at once are never in each other's way. */
const actionsAtOnce = 20;

/**
 * Answers, which stream for minutes, and everything else: however many conversations there are, a click finds a worker. Both are
 * the same worker's.
 */
export class SlackQueues extends Construct {
  readonly answers: SlackQueue;
  readonly actions: SlackQueue;

  constructor(scope: Construct, id: string, props: { readonly place: Place; readonly jobSeconds: number }) {
    super(scope, id);
    this.answers = new SlackQueue(this, 'answers', { ...props, name: 'hitl-slack' });
    this.actions = new SlackQueue(this, 'actions', { ...props, name: 'hitl-slack-actions' });
  }

  get all(): readonly SlackQueue[] {
    return [this.answers, this.actions];
  }

  grantSend(role: Role): void {
    const resources = this.all.map(({ arn }) => arn);
    role.allow({ sid: 'SendSlackJobs', actions: ['sqs:SendMessage'], resources });
  }

  deliverTo(worker: ServiceFunction, answersAtOnce: number): void {
    worker.role.allow({
      sid: 'TakeSlackJobs',
      actions: [
        // A failed job is put off with back-off.
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
      ],
      resources: this.all.map(({ arn }) => arn),
    });
    this.answers.deliverTo(worker, answersAtOnce);
    this.actions.deliverTo(worker, actionsAtOnce);
  }
}
