/** Slack took it as delivered. */
export function acknowledged(): Response {
  return new Response(null, { status: 200 });
}

export function json(body: unknown, status = 200): Response {
  return Response.json(body, { status, headers: { 'cache-control': 'no-store' } });
}

/** No retry of the same request can end better: Slack is told not to try. */
export function refusedForGood(status: number, reason: string): Response {
  return new Response(reason, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-slack-no-retry': '1' },
  });
}

/** Slack tries an event again; whoever clicked sees that it did not work. */
export function unavailable(): Response {
  return new Response('not possible now', {
    status: 503,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  });
}
