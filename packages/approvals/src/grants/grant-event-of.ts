import type { GrantEvent, GrantEventType } from '@hitl/core';

/** The grant event of one type. */
export type GrantEventOf<T extends GrantEventType> = Extract<GrantEvent, { type: T }>;
