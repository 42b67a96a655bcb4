import { createCloudNotifiers, createFunction, openStores } from '@hitl/cloud';
import { systemClock } from '@hitl/core';
import { createHandler } from './handler.ts';

/** What Lambda calls, asynchronously: by the functions in which something happened that people are to know. */
export const handler = createFunction({
  name: 'request-approval',
  async open(runtime) {
    const { repository, items } = openStores(runtime);
    const notifiers = createCloudNotifiers({ region: runtime.region, told: items });
    return createHandler({ repository, notifiers, logger: runtime.logger, clock: systemClock });
  },
});
