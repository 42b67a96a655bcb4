import { afterEach, expect, it } from '@jest/globals';
import { pieces, startAgentCorePeer } from '../../../packages/aws/test/start-agent-core-peer.ts';
import { openAgentCore } from '../src/open-agent-core.ts';

let peer: Awaited<ReturnType<typeof startAgentCorePeer>>;
afterEach(() => peer?.close());

it('tells the other agent who asks, and in which session', async () => {
  peer = await startAgentCorePeer(pieces('text/event-stream', 'data: "hello"\n\n'));
  const token = 'of-the-agent';
  const options = {
    url: peer.url,
    region: 'eu-central-1',
    secrets: { get: async () => JSON.stringify({ auth_token_agentcore: token }) },
    secretName: 'mcp',
    token: async () => token,
  };
  const agent = await openAgentCore(options);
  const question = { text: 'Who is jane?', session_id: 'ses_1', user_id: 'alice' };
  for await (const piece of agent.ask({ ...question, signal: new AbortController().signal }))
    expect(piece).toBe('hello');
  expect(peer.calls).toMatchObject([
    {
      headers: { authorization: `Bearer ${token}` },
      body: { prompt: 'Who is jane?', session_id: 'ses_1', user_id: 'alice' },
    },
  ]);
});
