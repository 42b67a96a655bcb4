import { ForbiddenError } from '@hitl/core';

/**
 * A browser sends the credentials that it was once given with whatever any page asks of it. A form counts only when the browser says
 * that it came from a page of ours.
 * @throws ForbiddenError
 */
export function requireSameSite(request: Request): void {
  const site = request.headers.get('sec-fetch-site');
  const origin = request.headers.get('origin');
  const isOurs = site === null ? origin === new URL(request.url).origin : site === 'same-origin';
  if (!isOurs) throw new ForbiddenError('forbidden', 'this form was sent by another page than ours');
}
