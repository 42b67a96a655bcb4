import { visibleLine } from '@hitl/core';
import { breakAddresses } from './break-addresses.ts';
import { clip } from './clip.ts';

/**
 * The top-level `text` of a message with blocks: what a notification and a screen reader show, and the one place that Slack parses. So
 * its control characters are escaped, and an address or a broadcast loses what would make it live.
 */
export function fallbackText(text: string): string {
  return breakAddresses(clip(visibleLine(text), 300))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/@(?=channel|here|everyone)/gi, '@ ');
}
