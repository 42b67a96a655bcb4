import { describe, expect, it } from '@jest/globals';
import { RunWorld } from '../test/run-world.ts';
import { createScriptedModel } from '../test/scripted-model.ts';

// The first answer is large enough to be kept as a blob.
const steps = [
  {
    text: `First a look. ${'w'.repeat(40_000)}`,
    calls: [{ tool: 'google__list_users', input: { domain: 'x.com' } }],
  },
  {
    text: 'Now the work.',
    calls: [
      { tool: 'google__suspend_user', input: { user_key: 'a@x.com' } },
      { tool: 'google__nonsense', input: {} },
      { tool: 'google__get_user', input: { user_key: 'a@x.com' } },
      { tool: 'google__restore_user', input: { user_key: 'b@x.com' } },
      { tool: 'jira__create_project', input: { name: 'denied one' } },
    ],
  },
  { calls: [{ tool: 'google__suspend_user', input: { user_key: 'c@x.com' } }] },
  { text: 'All of it is done.' },
];

function createWorld() {
  const model = createScriptedModel(steps);
  const world = new RunWorld({
    model,
    memory: [{ role: 'user', text: 'm'.repeat(100), at: '2026-01-01T00:00:00.000Z' }],
    effectOf: (name) => (name.startsWith('jira/') ? 'deny' : /list|get/.test(name) ? 'allow' : 'approval'),
    answer: (name, args) => ({
      result: { content: [{ type: 'text', text: `${name} ${JSON.stringify(args)}` }] },
    }),
  });
  return { world, model };
}

/** Everything but when it happened and how often it was claimed. */
function story(world: RunWorld) {
  return world.entries
    .filter(({ type }) => type !== 'execution-claimed')
    .map(({ type, data }) => {
      const { duration_ms: _time, ...rest } = data;
      return { type, data: rest };
    });
}

describe('crash and replay', () => {
  it('comes to the same record and the same single executions wherever the process dies', async () => {
    const { world: reference, model } = createWorld();
    await reference.toTheEnd();
    const lastPrompt = JSON.stringify(model.doStreamCalls.at(-1)?.prompt);
    expect(reference.run.output).toBe('All of it is done.');
    expect(reference.sent).toHaveLength(5);

    for (let cut = 2; cut <= reference.entries.length; cut += 1) {
      const { world, model: replayed } = createWorld();
      world.crashAfter = cut;
      const run = await world.toTheEnd();
      expect(run.status).toBe('completed');
      expect(story(world)).toEqual(story(reference));
      expect(world.sent).toEqual(reference.sent);
      // Byte for byte the same conversation, although another process went on with it.
      if (cut < reference.entries.length - 1) {
        expect(JSON.stringify(replayed.doStreamCalls.at(-1)?.prompt)).toBe(lastPrompt);
      }
    }
  });

  it('sends the model the same tools in the same order however the frozen list is ordered', async () => {
    const { builtInTools } = await import('../test/tool-fixtures.ts');
    const seen = await Promise.all(
      [builtInTools, [...builtInTools].reverse()].map(async (tools) => {
        const model = createScriptedModel([{ text: 'ok' }]);
        await new RunWorld({ model, tools }).advance();
        return JSON.stringify(model.doStreamCalls[0]?.tools);
      }),
    );
    expect(seen[0]).toBe(seen[1]);
  });
});
