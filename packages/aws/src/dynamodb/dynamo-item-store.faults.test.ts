import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { InvalidInputError, type ItemStore, UnavailableError } from '@hitl/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectTo, type RunningDynalite, startDynalite } from '../../test/start-dynalite.ts';
import { type FaultyProxy, startFaultyProxy } from '../../test/start-faulty-proxy.ts';
import { createDynamoItemStore } from './dynamo-item-store.ts';

let dynalite: RunningDynalite;
let proxy: FaultyProxy;
let client: DynamoDBDocumentClient;
let store: ItemStore;

beforeAll(async () => {
  dynalite = await startDynalite();
  proxy = await startFaultyProxy(dynalite.endpoint);
  client = connectTo(proxy.endpoint, { maxAttempts: 3 });
  const { coordination } = await dynalite.createTables(client);
  store = createDynamoItemStore({ client, tableName: coordination });
});

afterAll(async () => {
  client.destroy();
  await proxy.close();
  await dynalite.close();
});

describe('an item whose answers get lost', () => {
  it.each(['lose_answer', 'error_after', 'lose_request', 'throttle'] as const)(
    'is known as our own write after %s',
    async (fault) => {
      proxy.inject([fault], 'UpdateItem');
      const version = await store.put(fault, { n: 1 }, { ifVersion: 'absent' });
      expect(await store.get(fault)).toEqual({ value: { n: 1 }, version });
      proxy.inject([fault], 'UpdateItem');
      const next = await store.put(fault, { n: 2 }, { ifVersion: Number(version) });
      expect(await store.get(fault)).toEqual({ value: { n: 2 }, version: next });
    },
  );

  it('is not taken for ours when somebody else was first', async () => {
    const theirs = await store.put('k', { n: 'theirs' }, { ifVersion: 'absent' });
    proxy.inject(['lose_request'], 'UpdateItem');
    expect(await store.put('k', { n: 'ours' }, { ifVersion: 'absent' })).toBeUndefined();
    expect(await store.get('k')).toEqual({ value: { n: 'theirs' }, version: theirs });
  });

  it('is never taken twice: a deletion whose answer was lost counts as not ours', async () => {
    await store.put('state', { n: 1 }, { ifVersion: 'absent' });
    proxy.inject(['lose_answer'], 'DeleteItem');
    expect(await store.delete('state')).toBe(false);
    expect(await store.get('state')).toBeUndefined();
  });

  it('says unavailable when the table stays away, and what is too large before anything is sent', async () => {
    proxy.inject(Array.from({ length: 3 }, () => 'lose_request' as const));
    await expect(store.get('k')).rejects.toBeInstanceOf(UnavailableError);
    proxy.inject([]);
    const before = proxy.operations.length;
    await expect(store.put('k', { text: 'x'.repeat(410_000) }, { ifVersion: 'any' })).rejects.toBeInstanceOf(
      InvalidInputError,
    );
    expect(proxy.operations).toHaveLength(before);
  });
});
