import { type StreamEvent, streamEventSchema, UnavailableError } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { lookUpJane, openApi, suspendJane, type Who } from './api-world.ts';

type Api = ReturnType<typeof openApi>;

const eventStream = { accept: 'text/event-stream' };

function watch(api: Api, query: string, options: { who?: Who; key?: string } = {}): Promise<Response> {
  const headers = {
    ...eventStream,
    ...(options.key === undefined ? {} : { 'idempotency-key': options.key }),
  };
  return api.send(options.who ?? 'alice', 'POST /agent/run', { body: { query }, headers });
}

/** Each event of a whole stream; the `event:` line must name the type that its data has. */
async function eventsOf(response: Response): Promise<StreamEvent[]> {
  const frames = (await response.text())
    .split('\n\n')
    .filter((frame) => frame !== '' && !frame.startsWith(':'));
  return frames.map((frame) => {
    const [event = '', data = ''] = frame.split('\n');
    const parsed = streamEventSchema.parse(JSON.parse(data.replace(/^data: /, '')));
    expect(event).toBe(`event: ${parsed.type}`);
    return parsed;
  });
}

const typesOf = async (response: Response) => (await eventsOf(response)).map(({ type }) => type);

describe('a watched run', () => {
  it('tells what happens in order and ends when the run is finished', async () => {
    const api = openApi({ answers: lookUpJane });
    const response = await watch(api, 'who is jane');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('location')).toBe('/agent/runs/run_000001');
    const events = await eventsOf(response);
    expect(events.map(({ type }) => type)).toEqual([
      'run-started',
      'tool-call-proposed',
      'decision-made',
      'tool-call-executed',
      'text-delta',
      'run-finished',
    ]);
    expect(events.at(-1)).toMatchObject({ status: 'completed', output: 'Jane it is.', model_id: 'scripted' });
    expect(new Set(events.map(({ run_id }) => run_id))).toEqual(new Set(['run_000001']));
    expect(api.feed.watcherCount()).toBe(0);
  });

  it('ends when the run waits for people, with what they are asked', async () => {
    const api = openApi({ answers: suspendJane });
    const events = await eventsOf(await watch(api, 'suspend jane'));
    const { approval_id, digest } = await api.pending();
    expect(events.at(-1)).toMatchObject({ type: 'approval-requested', approval_id, digest });
    expect(api.feed.watcherCount()).toBe(0);
  });

  it('goes on past a request that a grant answers at once', async () => {
    const api = openApi({ answers: suspendJane });
    await api.call('carol', 'POST /grants', {
      body: {
        grantee_id: 'alice',
        server: 'dir',
        tool: 'suspend',
        arguments: { user: 'jane' },
        max_uses: 1,
        expires_in_seconds: 60,
        reason: 'leaver',
      },
    });
    const types = await typesOf(await watch(api, 'suspend jane'));
    expect(types).toContain('approval-requested');
    expect(types.at(-1)).toBe('run-finished');
  });

  it('goes on when nobody watches any more', async () => {
    const api = openApi({ answers: lookUpJane });
    const response = await watch(api, 'who is jane');
    await response.body?.cancel();
    await api.engine.quiesce();
    expect(api.feed.watcherCount()).toBe(0);
    const { body } = await api.call('alice', 'GET /agent/runs');
    expect(body.items).toMatchObject([{ status: 'completed' }]);
    expect(api.logged).toEqual([]);
  });

  it('stops watching when the connection is gone', async () => {
    const gone = new AbortController();
    const api = openApi({
      answers: lookUpJane,
      // The run never moves: only the connection can end this stream.
      change: (deps) => ({ workflow: { ...deps.workflow, start: async () => {} } }),
    });
    const { createApi } = await import('../src/index.ts');
    const response = await createApi(api.deps).fetch(
      new Request('http://api.test/agent/run', {
        method: 'POST',
        headers: { ...eventStream, authorization: 'Bearer alice' },
        body: JSON.stringify({ query: 'who is jane' }),
        signal: gone.signal,
      }),
    );
    expect(api.feed.watcherCount()).toBe(1);
    gone.abort();
    expect(await typesOf(response)).toEqual([]);
    expect(api.feed.watcherCount()).toBe(0);
  });

  it('says where a run stands that was asked for before with the same key', async () => {
    const waiting = openApi({ answers: suspendJane });
    const first = await eventsOf(await watch(waiting, 'suspend jane', { key: 'k' }));
    expect(await eventsOf(await watch(waiting, 'suspend jane', { key: 'k' }))).toEqual([first.at(-1)]);

    const finished = openApi({ answers: lookUpJane });
    const events = await eventsOf(await watch(finished, 'who is jane', { key: 'k' }));
    expect(await eventsOf(await watch(finished, 'who is jane', { key: 'k' }))).toEqual([events.at(-1)]);
    expect(finished.world.tools.calls).toHaveLength(1);
  });

  it('misses nothing when the run ends while the watcher arrives', async () => {
    const api: Api = openApi({
      answers: lookUpJane,
      change: (deps) => ({
        // The run is over between the moment that it is found and the moment that it is watched.
        subscribe: (runId, signal) => {
          const live = deps.subscribe(runId, signal);
          return isLate ? emptyUntilGone(signal) : live;
        },
      }),
    });
    let isLate = false;
    await api.call('alice', 'POST /agent/run', {
      body: { query: 'who is jane' },
      headers: { 'idempotency-key': 'k' },
    });
    await api.engine.quiesce();
    isLate = true;
    expect(await typesOf(await watch(api, 'who is jane', { key: 'k' }))).toEqual(['run-finished']);
  });

  it('ends quietly for a watcher that falls too far behind: the run itself can still be read', async () => {
    const api = openApi({
      change: () => ({
        // biome-ignore lint/correctness/useYield: a source that breaks before it gives anything
        subscribe: async function* () {
          throw new UnavailableError('a watcher fell behind');
        },
      }),
    });
    expect(await typesOf(await watch(api, 'suspend jane'))).toEqual([]);
    expect(api.logged).toMatchObject([{ message: 'stream broke' }]);
  });

  it('is refused like any other request, as a problem and not as a stream', async () => {
    const api = openApi();
    const answer = await api.call('alice', 'POST /agent/run', { body: { query: '' }, headers: eventStream });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it('leaves no watcher behind when the workflow can not be started', async () => {
    const api = openApi({
      change: (deps) => ({
        workflow: { ...deps.workflow, start: () => Promise.reject(new UnavailableError('down')) },
      }),
    });
    expect((await watch(api, 'suspend jane')).status).toBe(503);
    expect(api.feed.watcherCount()).toBe(0);
  });
});

async function* emptyUntilGone(signal: AbortSignal): AsyncGenerator<StreamEvent> {
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
}
