export { createSqsJobQueue, type SqsJobQueueOptions } from './create-sqs-job-queue.ts';
export { createSqsRetries, type FailedMessage, retryDelaySeconds } from './create-sqs-retries.ts';
export { fifoId } from './fifo-id.ts';
