import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { createApiClient } from './api-client.ts';

function clientOf(answer: (request: Request) => Response | Promise<Response>, token?: string) {
  const requests: Request[] = [];
  const client = createApiClient({
    baseUrl: 'https://api.example.com/prod',
    isNamed: true,
    token,
    fetch: async (request) => {
      requests.push(request);
      return answer(request);
    },
  });
  return {
    requests,
    list: () => client.request(z.object({ items: z.array(z.string()) }), 'GET', '/approvals?limit=1'),
  };
}

describe('the API client', () => {
  it('keeps the path of a deployed API, and says that it is the command line', async () => {
    const { requests, list } = clientOf(() => Response.json({ items: [] }), 'secret-token');
    await list();
    expect(requests[0]?.url).toBe('https://api.example.com/prod/approvals?limit=1');
    expect(requests[0]?.headers.get('user-agent')).toMatch(/^hitl-mcp-cli\/\d/);
    expect(requests[0]?.headers.get('authorization')).toBe('Bearer secret-token');
  });

  it('takes a page of HTML for what it is: a wrong --api', async () => {
    const { list } = clientOf(
      () => new Response('<html>', { headers: { 'content-type': 'text/html; charset=utf-8' } }),
    );
    await expect(list()).rejects.toMatchObject({
      status: 400,
      message:
        '--api: https://api.example.com/prod answered GET /approvals with text/html, which is not this API; is the URL complete?',
    });
  });

  it.each([
    [undefined, 'HITL_API_TOKEN: is not set, but a token is wanted by https://api.example.com/prod'],
    ['wrong', 'HITL_API_TOKEN: is not accepted by https://api.example.com/prod'],
  ])('names the variable when the API wants another token than %s', async (token, message) => {
    const { list } = clientOf(() => new Response('no', { status: 401 }), token);
    await expect(list()).rejects.toMatchObject({ status: 401, message });
  });

  it('passes on what the gateway in front of the API says when it lets nobody in', async () => {
    const { list } = clientOf(() => Response.json({ message: 'Forbidden' }, { status: 403 }));
    await expect(list()).rejects.toMatchObject({
      status: 403,
      code: 'forbidden',
      message: 'https://api.example.com/prod refuses these credentials: Forbidden',
    });
  });

  it('refuses a token that no header can carry, before it is sent', () => {
    expect(() => clientOf(() => Response.json({}), 'two\nlines')).toThrow('HITL_API_TOKEN: must be one word');
  });

  it('says why there is no answer', async () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const { list } = clientOf(() => Promise.reject(new TypeError('fetch failed', { cause: refused })));
    await expect(list()).rejects.toMatchObject({
      status: 503,
      message: 'no answer from https://api.example.com/prod: nothing listens there',
    });
  });

  it('gives the request id of a failure on the other side', async () => {
    const problem = {
      code: 'internal',
      detail: 'The request failed on our side.',
      errors: [],
      request_id: 'req_1',
    };
    const { list } = clientOf(() => Response.json(problem, { status: 500 }));
    await expect(list()).rejects.toMatchObject({
      message: 'The request failed on our side. (request req_1)',
    });
  });
});
