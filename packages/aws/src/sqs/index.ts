export { createSqsJobQueue, type SqsJobQueueOptions } from './create-sqs-job-queue.ts';
export { fifoId } from './fifo-id.ts';
