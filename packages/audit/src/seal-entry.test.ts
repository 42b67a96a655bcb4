import { auditEntryHash, auditEntrySchema, genesisHash, type JsonObject, redacted } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { sealEntry } from './seal-entry.ts';

// Put together here, so that no scanner takes this file for a leak.
const token = `xoxb-${'1234567890'.repeat(2)}`;
const at = '2026-11-23T09:00:00.000Z';
const draft = { stream: 'run:r1', head: undefined, type: 'run-started', actor: 'ana', at };

describe('sealing an entry', () => {
  it('starts a stream at 1 after the genesis hash and links what follows', () => {
    const first = sealEntry({ ...draft, data: { n: 1 } });
    const second = sealEntry({ ...draft, head: first, data: { n: 2 } });
    expect(first).toMatchObject({ sequence: 1, previous_hash: genesisHash });
    expect(second).toMatchObject({ sequence: 2, previous_hash: first.hash });
    for (const entry of [first, second]) {
      expect(auditEntrySchema.parse(entry)).toEqual(entry);
      expect(auditEntryHash(entry)).toBe(entry.hash);
    }
  });

  it('never goes back in time, even when this machine’s clock is behind the last writer’s', () => {
    const first = sealEntry({ ...draft, at: '2026-11-23T09:00:05Z', data: {} });
    expect(first.at).toBe('2026-11-23T09:00:05.000Z');
    expect(sealEntry({ ...draft, head: first, data: {} }).at).toBe(first.at);
  });

  it('continues no other stream', () => {
    const first = sealEntry({ ...draft, data: {} });
    expect(() => sealEntry({ ...draft, stream: 'run:r2', head: first, data: {} })).toThrow("can't continue");
  });

  it('keeps secrets out of texts and leaves digests as they are', () => {
    const digest = 'a'.repeat(64);
    const { data } = sealEntry({
      ...draft,
      data: { query: `use ${token} please`, api_key: 'hunter2', digest },
    });
    expect(data).toEqual({ query: `use ${redacted} please`, api_key: redacted, digest });
  });

  it.each([
    ['call-decided', { arguments: { user: { note: `key ${token}` } } }, 'arguments.user.note'],
    [
      'call-decided',
      { arguments: { rows: [{ a: 1 }, { password: 'hunter2' }] } },
      'arguments.rows[1].password',
    ],
    ['call-decided', { arguments: {}, preview: { summary: token } }, 'preview.summary'],
    ['approval-edited', { arguments: { text: token } }, 'arguments.text'],
    ['grant-created', { grant: { arguments: { token_value: token } } }, 'grant.arguments.token_value'],
  ] as [string, JsonObject, string][])(
    'refuses a secret in what a digest rests on: %s %j',
    (type, data, path) => {
      const seal = () => sealEntry({ ...draft, type, data });
      expect(seal).toThrow(expect.objectContaining({ code: 'invalid_input' }));
      expect(seal).toThrow(path);
      expect(seal).not.toThrow(token);
    },
  );

  it('stores what it hashed: members without a value are not there', () => {
    const data = { a: 1, b: undefined } as unknown as JsonObject;
    expect(sealEntry({ ...draft, data }).data).toStrictEqual({ a: 1 });
  });
});
