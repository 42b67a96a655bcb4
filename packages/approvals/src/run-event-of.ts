import type { RunEvent, RunEventType } from '@hitl/core';

/** The run event of one type. */
export type RunEventOf<T extends RunEventType> = Extract<RunEvent, { type: T }>;
