export { applyRunEvent, parseRunEvent } from './apply-run-event.ts';
export * from './audit-entry.ts';
export * from './grant.ts';
export * from './run-events.ts';
export * from './run-state.ts';
export { type SystemEventType, systemEventSchemas } from './system-events.ts';
