import { redacted } from '@hitl/core';
import { createFakeClock, createMemoryMemoryStore } from '@hitl/testing';
import { describe, expect, it } from '@jest/globals';
import { approximateTokens } from './approximate-tokens.ts';
import { createShortTermMemory, type ShortTermMemoryOptions } from './short-term-memory.ts';

const key = { principal_id: 'rosa', session_id: 's1' };

function setUp(options: Partial<ShortTermMemoryOptions> = {}) {
  const clock = createFakeClock();
  const store = createMemoryMemoryStore({ clock });
  const memory = createShortTermMemory({ store, clock, ...options });
  let turn = 0;
  const say = async (text: string, role: 'user' | 'assistant' = 'user', to = key) => {
    turn += 1;
    await memory.remember(to, `t${turn}`, { role, text });
    clock.advance(1000);
  };
  const texts = async (of = key) => (await memory.recall(of)).map(({ text }) => text);
  return { clock, store, memory, say, texts };
}

describe('short-term memory', () => {
  it('gives the last turns back, oldest first', async () => {
    const { memory, say } = setUp();
    await say('create an account for ada');
    await say('Which address?', 'assistant');
    expect(await memory.recall(key)).toEqual([
      { role: 'user', text: 'create an account for ada', at: '2026-11-23T09:00:00.000Z' },
      { role: 'assistant', text: 'Which address?', at: '2026-11-23T09:00:01.000Z' },
    ]);
  });

  it('keeps a turn once, however often it is handed in', async () => {
    const { memory, texts } = setUp();
    for (const text of ['first', 'again']) await memory.remember(key, 't1', { role: 'user', text });
    expect(await texts()).toEqual(['first']);
  });

  it('is isolated by principal and session, also for ids made to look like another pair', async () => {
    const { say, texts } = setUp();
    await say('secret plan', 'user', { principal_id: 'a', session_id: 'b#c' });
    for (const other of [
      { principal_id: 'a#b', session_id: 'c' },
      { principal_id: 'a', session_id: 'b' },
      { principal_id: 'b#c', session_id: 'a' },
      { principal_id: 'A', session_id: 'b#c' },
    ])
      expect(await texts(other)).toEqual([]);
    expect(await texts({ principal_id: 'a', session_id: 'b#c' })).toEqual(['secret plan']);
  });

  it.each([
    ['principal_id', { principal_id: '', session_id: 's1' }],
    ['session_id', { principal_id: 'rosa', session_id: '' }],
  ])('has no shared place for those without a %s', async (path, empty) => {
    const { memory } = setUp();
    const turn = { role: 'user', text: 'hi' } as const;
    await expect(memory.remember(empty, 't1', turn)).rejects.toThrow(`${path} must not be empty`);
    await expect(memory.recall(empty)).rejects.toThrow(`${path} must not be empty`);
  });

  it('recalls the newest turns that fit the budget and leaves no gap', async () => {
    const { say, texts } = setUp({ tokenBudget: 10 });
    for (const text of ['short', 'x'.repeat(24), 'y'.repeat(12), 'z'.repeat(12)]) await say(text);
    // The long turn would break the budget; the short one before it is not pulled forward over it.
    expect(await texts()).toEqual(['y'.repeat(12), 'z'.repeat(12)]);
  });

  it('cuts a newest turn that alone is too long, visibly and within the budget', async () => {
    const { say, texts } = setUp({ tokenBudget: 10 });
    await say(`${'ü\u{1f600}'.repeat(50)}`);
    const [text] = await texts();
    expect(text).toMatch(/^(?:ü\u{1f600}?)+ \[… cut\]$/u);
    expect(approximateTokens(text ?? '')).toBeLessThanOrEqual(10);
    expect(text?.isWellFormed()).toBe(true);
  });

  it('recalls nothing rather than a mark alone, and only so many turns', async () => {
    const tiny = setUp({ tokenBudget: 1 });
    await tiny.say('longer than that');
    expect(await tiny.texts()).toEqual([]);
    const few = setUp({ maximumTurns: 2 });
    for (const text of ['a', 'b', 'c']) await few.say(text);
    expect(await few.texts()).toEqual(['b', 'c']);
  });

  it('forgets a turn after its time to live, and everything on demand', async () => {
    const { clock, memory, say, texts } = setUp({ ttlSeconds: 60 });
    await say('old');
    clock.advance(50_000);
    await say('new');
    clock.advance(9_000);
    expect(await texts()).toEqual(['new']);
    await memory.forget(key);
    expect(await texts()).toEqual([]);
  });

  it('trusts no store to have cleaned up in time', async () => {
    const clock = createFakeClock();
    const lazy = {
      append: async () => {},
      recent: async () => [{ role: 'user' as const, text: 'stale', at: '2026-11-23T08:00:00.000Z' }],
      forget: async () => {},
    };
    const memory = createShortTermMemory({ store: lazy, clock, ttlSeconds: 60 });
    expect(await memory.recall(key)).toEqual([]);
  });

  it('never stores a secret, nor an empty turn', async () => {
    const { store, say } = setUp();
    const token = `ghp_${'a1B2'.repeat(9)}`;
    await say(`use ${token}, the password is hunter2`);
    await say('  ');
    const stored = await store.recent(key, 10);
    expect(stored.map(({ text }) => text)).toEqual([`use ${redacted}, the password is ${redacted}`]);
  });
});
