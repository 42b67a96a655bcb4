import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { type ApprovalPages, type Notifier, UnavailableError } from '@hitl/core';
import { callService } from '../call-service.ts';
import { describeNotification } from '../notifications/describe-notification.ts';
import { clientConfiguration, type ServiceClientOptions } from '../service-client-options.ts';

export interface EventBridgeNotifierOptions extends ServiceClientOptions {
  readonly busName: string;
  /** Where people open approval requests; the detail's `url` leads there. */
  readonly pages?: ApprovalPages;
}

/** The `source` of every event of ours. */
export const eventSource = 'hitl-mcp';

/**
 * Puts each notification on the bus as `ApprovalRequested`, `ApprovalDecided` or `RunFinished`. At least once: a reader tells
 * repetitions by `run_id` and `sequence`.
 */
export function createEventBridgeNotifier(options: EventBridgeNotifierOptions): Notifier {
  const client = new EventBridgeClient(clientConfiguration(options));
  return {
    name: 'eventbridge',
    async notify(notification) {
      const { type, detail } = describeNotification(notification, options.pages);
      const answer = await callService('putting an event on the bus', () =>
        client.send(
          new PutEventsCommand({
            Entries: [
              {
                EventBusName: options.busName,
                Source: eventSource,
                DetailType: type,
                Detail: JSON.stringify(detail),
                Resources: [],
              },
            ],
          }),
        ),
      );
      // A refused entry is an answer with status 200.
      const failed = answer.Entries?.find((entry) => entry.ErrorCode !== undefined);
      if (failed !== undefined || (answer.FailedEntryCount ?? 0) > 0)
        throw new UnavailableError(
          `the bus did not take the event (${failed?.ErrorCode ?? 'no reason given'})`,
        );
    },
  };
}
