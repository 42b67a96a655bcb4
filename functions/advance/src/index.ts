export { type AdvanceDeps, createHandler as createAdvanceHandler } from './handler.ts';
