import { UnavailableError } from '@hitl/core';

/** The caller gave up while a request was under way: whatever it was, it may have taken effect. */
export class CutOffError extends UnavailableError {}
