import type { JsonValue } from '@hitl/core';

/** A function as the state machine knows it. `signal` fires when the engine closes. */
export type LocalFunction = (payload: JsonValue, signal: AbortSignal) => Promise<unknown>;
