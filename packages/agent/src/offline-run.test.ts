import { describe, expect, it } from '@jest/globals';
import { RunWorld } from '../test/run-world.ts';
import { createOfflinePlanner } from './index.ts';

const request =
  'Create user Jane Roe with email jane@example.com, then add AWS role NMD-Admin for account 123456789012 to her';
const worldOf = (query: string, options: Partial<ConstructorParameters<typeof RunWorld>[0]> = {}) =>
  new RunWorld({ model: createOfflinePlanner(), query, ...options });

describe('a run with the offline planner', () => {
  it('waits for people before each dependent step and ends with what was done', async () => {
    const world = worldOf(request);
    expect((await world.advance()).outcome).toBe('awaiting_approval');
    expect(world.sent).toEqual([]);
    world.decide('approved');
    expect((await world.advance()).outcome).toBe('awaiting_approval');
    expect(world.sent.map(({ tool }) => tool)).toEqual(['google/create_user']);
    world.decide('approved');
    const { run } = await world.advance();
    expect(run.status).toBe('completed');
    expect(
      world.sent.map(({ tool, arguments: args }) => [tool, args.user_key ?? args.primary_email]),
    ).toEqual([
      ['google/create_user', 'jane@example.com'],
      ['google/add_aws_role', 'jane@example.com'],
    ]);
    expect(run.output).toContain('Done: create user');
    expect(run.output).toContain('Done: add aws role');
  });

  it('comes to the same end wherever the process dies', async () => {
    const reference = worldOf(request);
    await reference.toTheEnd();
    for (let cut = 2; cut <= reference.entries.length; cut += 1) {
      const world = worldOf(request);
      world.crashAfter = cut;
      const run = await world.toTheEnd();
      expect(run.output).toBe(reference.run.output);
      expect(world.sent).toEqual(reference.sent);
    }
  });

  it('asks for what is missing and completes without a call', async () => {
    const { run } = await worldOf('Create a new user with email test@example.com').advance();
    expect(run).toMatchObject({ status: 'completed', calls: new Map() });
    expect(run.output).toMatch(/first name and the last name/);
  });

  it('goes on from its own question in the next run of the session, although a server is down', async () => {
    const at = '2026-01-01T00:00:00.000Z';
    const query = 'Create a new user with email test@example.com';
    const { run } = await worldOf(query, { unavailable: ['jira'] }).advance();
    const memory = [
      { role: 'user' as const, text: query, at },
      { role: 'assistant' as const, text: run.output ?? '', at },
    ];
    const world = worldOf('first name Test, last name User', { memory, unavailable: ['jira'] });
    await world.advance();
    expect([...world.run.calls.values()].map(({ tool, arguments: args }) => [tool, args])).toEqual([
      ['create_user', { primary_email: 'test@example.com', first_name: 'Test', last_name: 'User' }],
    ]);
  });

  it('ends denied when policy denies all that was asked', async () => {
    const { run } = await worldOf('suspend a@x.com', { effectOf: () => 'deny' }).advance();
    expect(run.status).toBe('denied');
    expect(run.output).toBe('Not done: suspend user a@x.com. Denied by policy, not executed: Because deny.');
  });

  it('lists what was found', async () => {
    const world = worldOf('List all users in the example.com domain', {
      answer: () => ({
        result: {
          content: [],
          structured: { users: [{ primary_email: 'a@example.com', suspended: false }] },
        },
      }),
    });
    const { run } = await world.advance();
    expect(run.output).toContain('- primary_email: a@example.com, suspended: false');
    expect(world.events.some(({ type }) => type === 'text-delta')).toBe(true);
    expect(run.usage.input_tokens).toBeGreaterThan(100);
  });
});
