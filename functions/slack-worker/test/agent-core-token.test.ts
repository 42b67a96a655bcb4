import { NotFoundError, type SecretSource } from '@hitl/core';
import { expect, it } from '@jest/globals';
import { createAgentCoreToken } from '../src/agent-core-token.ts';

it('finds the other agent’s token among those of the tool servers, where there is one', async () => {
  const stored = new Map([['mcp', '{"auth_token":"of-the-servers"}']]);
  const secrets: SecretSource = {
    async get(name) {
      const text = stored.get(name);
      if (text === undefined) throw new NotFoundError(`there is no secret ${name}`);
      return text;
    },
  };
  const token = createAgentCoreToken(secrets, 'mcp');
  expect(await token()).toBeUndefined();
  stored.set('mcp', '{"auth_token":"of-the-servers","auth_token_agentcore":"of-the-agent"}');
  expect(await token()).toBe('of-the-agent');
  // Not set, so requests are signed; what can't be read is no such answer.
  expect(await createAgentCoreToken(secrets, 'not-there')()).toBeUndefined();
  expect(await createAgentCoreToken(secrets, undefined)()).toBeUndefined();
  stored.set('mcp', '"of-the-agent"');
  await expect(token()).rejects.toThrow('is not a JSON object');
});
