export { createDeadLetters, type DeadLetters, type RedriveResult } from './create-dead-letters.ts';
export type { DeadLetterQueue, DeadLetterTarget } from './dead-letter-queue.ts';
