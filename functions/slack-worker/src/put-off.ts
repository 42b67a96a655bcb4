import type { FailedMessage } from '@hitl/aws';
import type { Logger } from '@hitl/lambda';
import { z } from 'zod';

/** As the event source of a queue hands a message over. */
export const queueRecordSchema = z.object({
  messageId: z.string(),
  body: z.string(),
  receiptHandle: z.string().optional(),
  eventSourceARN: z.string().optional(),
  attributes: z.object({ ApproximateReceiveCount: z.string().optional() }).optional(),
});
export type QueueRecord = z.infer<typeof queueRecordSchema>;

export interface PutOffDeps {
  readonly queueUrls: readonly (string | undefined)[];
  readonly retryLater: (message: FailedMessage) => Promise<void>;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Has a failed job come again with back-off. Best effort: else it comes again when the time that one attempt may take is over. */
export function createPutOff({ queueUrls, retryLater, logger }: PutOffDeps) {
  return async ({ eventSourceARN = '', receiptHandle, attributes }: QueueRecord): Promise<void> => {
    const name = eventSourceARN.split(':').at(-1);
    const queueUrl = queueUrls.find((url) => url?.split('/').at(-1) === name);
    const receiveCount = Number(attributes?.ApproximateReceiveCount);
    if (queueUrl === undefined || receiptHandle === undefined || !Number.isInteger(receiveCount)) return;
    await retryLater({ queueUrl, receiptHandle, receiveCount }).catch((error: unknown) => {
      logger.warn('a failed job could not be put off', { error: String(error) });
    });
  };
}
