import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { InvalidInputError, UnavailableError } from '@hitl/core';
import { createFakeClock } from '@hitl/testing';
import { describeItemStoreContract } from '@hitl/testing/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshTableNames, type RunningDynalite, startDynalite } from '../../test/start-dynalite.ts';
import { type FaultyProxy, startFaultyProxy } from '../../test/start-faulty-proxy.ts';
import { localCredentials } from '../../test/start-json-service.ts';
import { createTables } from '../dynamodb/create-tables.ts';
import { createDynamoItemStore } from '../dynamodb/dynamo-item-store.ts';
import { createLightClient } from './create-light-client.ts';
import { createLightItemStore } from './light-item-store.ts';

let dynalite: RunningDynalite;
let proxy: FaultyProxy;
let sdk: DynamoDBDocumentClient;
let tableName: string;

beforeAll(async () => {
  dynalite = await startDynalite();
  proxy = await startFaultyProxy(dynalite.endpoint);
  sdk = dynalite.connect();
  tableName = (await dynalite.createTables(sdk)).coordination;
});

afterAll(async () => {
  sdk.destroy();
  await proxy.close();
  await dynalite.close();
});

const connect = (endpoint: string, timeoutMs = 5000) =>
  createLightClient({
    region: 'eu-central-1',
    endpoint,
    credentials: localCredentials,
    timeoutMs,
    wait: async () => undefined,
  });

describeItemStoreContract('createLightItemStore', async ({ clock }) => {
  const tableNames = freshTableNames();
  await createTables(sdk, tableNames);
  const client = connect(dynalite.endpoint);
  return { subject: createLightItemStore({ client, tableName: tableNames.coordination, clock }) };
});

describe('the light item store', () => {
  const openLight = () => createLightItemStore({ client: connect(proxy.endpoint), tableName });

  it('shares items with the SDK’s: each reads, replaces and deletes what the other wrote', async () => {
    const clock = createFakeClock();
    const light = createLightItemStore({ client: connect(dynalite.endpoint), tableName, clock });
    const full = createDynamoItemStore({ client: sdk, tableName, clock });
    for (const [writer, reader, key] of [
      [light, full, 'shared-1'],
      [full, light, 'shared-2'],
    ] as const) {
      const first = await writer.put(key, { n: 1, t: 'ü😀' }, { ifVersion: 'absent', ttlSeconds: 10 });
      expect(await reader.get(key)).toEqual({ value: { n: 1, t: 'ü😀' }, version: first });
      expect(await reader.put(key, { n: 2 }, { ifVersion: 'absent' })).toBeUndefined();
      const second = Number(await reader.put(key, { n: 2 }, { ifVersion: Number(first), ttlSeconds: 10 }));
      expect(await writer.put(key, { n: 3 }, { ifVersion: Number(first) })).toBeUndefined();
      expect(await writer.get(key)).toEqual({ value: { n: 2 }, version: second });
      clock.advance(10_000);
      expect(await writer.get(key)).toBeUndefined();
      expect(Number(await writer.put(key, { n: 4 }, { ifVersion: 'absent' }))).toBeGreaterThan(second);
      expect(await reader.delete(key)).toBe(true);
      expect(await writer.delete(key)).toBe(false);
    }
  });

  it.each(['lose_answer', 'error_after', 'lose_request', 'throttle'] as const)(
    'knows its own write after %s',
    async (fault) => {
      const store = openLight();
      proxy.inject([fault], 'UpdateItem');
      const version = await store.put(fault, { n: 1 }, { ifVersion: 'absent' });
      expect(await store.get(fault)).toEqual({ value: { n: 1 }, version });
      proxy.inject([fault], 'UpdateItem');
      const next = await store.put(fault, { n: 2 }, { ifVersion: Number(version) });
      expect(await store.get(fault)).toEqual({ value: { n: 2 }, version: next });
    },
  );

  it('does not take somebody else’s write for its own, and never takes an item twice', async () => {
    const store = openLight();
    const theirs = await store.put('k', { n: 'theirs' }, { ifVersion: 'absent' });
    proxy.inject(['lose_request'], 'UpdateItem');
    expect(await store.put('k', { n: 'ours' }, { ifVersion: 'absent' })).toBeUndefined();
    expect(await store.get('k')).toEqual({ value: { n: 'theirs' }, version: theirs });
    proxy.inject(['lose_answer'], 'DeleteItem');
    expect(await store.delete('k')).toBe(false);
    expect(await store.get('k')).toBeUndefined();
  });

  it('says unavailable when the table stays away, in its own words, and refuses what is too large', async () => {
    const store = openLight();
    proxy.inject(['throttle', 'lose_request', 'throttle']);
    const error = await store.get('k').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(String(error)).not.toContain('words of the store');
    proxy.inject([]);
    const put = store.put('k', { text: 'x'.repeat(410_000) }, { ifVersion: 'any' });
    await expect(put).rejects.toBeInstanceOf(InvalidInputError);
  });
});
