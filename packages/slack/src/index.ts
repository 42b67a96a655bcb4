export * from './approval-controls.ts';
export * from './jobs.ts';
export { queueEntryOf } from './queue-entry-of.ts';
