import type { JsonObject } from '@hitl/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { idleSweep, measuredPerApproval } from '../infra/src/approval-quantities.ts';
import { type TableRole, tableDefinitions } from '../packages/aws/src/dynamodb/tables.ts';
import { account, httpEvent, openCloud } from '../packages/cloud/test/open-cloud.ts';
import { shareBundles } from '../packages/cloud/test/share-bundles.ts';
import { type CountedCall, startCountingProxy } from './fixtures/start-counting-proxy.ts';

const alice = `${account}:user/alice`;
const carol = `${account}:user/carol`;

/** The deployed functions' bundles, with everything counted that goes to the tables and to the tool server. */
async function openCountedCloud() {
  const cloud = await openCloud({ bundles: await shareBundles(), env: { LOG_LEVEL: 'info' } });
  const tables = await startCountingProxy(String(process.env.AWS_ENDPOINT_URL_DYNAMODB));
  const tools = await startCountingProxy(String(process.env.MCP_SERVERS).replace('google=', ''));
  // The functions look at their environment when they are called first.
  process.env.AWS_ENDPOINT_URL_DYNAMODB = tables.url;
  process.env.MCP_SERVERS = `google=${tools.url}/mcp`;
  return {
    cloud,
    tables,
    tools,
    async close() {
      await cloud.close();
      for (const proxy of [tables, tools]) await proxy.close();
    },
  };
}

let site: Awaited<ReturnType<typeof openCountedCloud>>;
beforeAll(async () => {
  site = await openCountedCloud();
});
afterAll(() => site.close());

async function callApi(route: string, by: string, body?: unknown): Promise<JsonObject> {
  const event = httpEvent(route, { by, ...(body === undefined ? {} : { body }) });
  const result = (await site.cloud.invoke('api', event)) as { statusCode: number; body: string };
  expect(result.statusCode).toBeLessThan(300);
  return JSON.parse(result.body);
}

async function runWithOneApproval(query: string): Promise<void> {
  const { run_id } = await callApi('POST /agent/run', alice, { query });
  await site.cloud.settle();
  const { items } = (await callApi('GET /approvals', carol)) as unknown as { items: JsonObject[] };
  const [pending] = items;
  await callApi(`POST /approvals/${pending?.approval_id}/votes`, carol, {
    decision: 'approve',
    digest: pending?.digest,
  });
  await site.cloud.settle();
  expect(await callApi(`GET /agent/runs/${run_id}`, alice)).toMatchObject({ status: 'completed' });
}

/** What `work` takes. */
async function count(work: () => Promise<void>) {
  const { cloud, tables, tools } = site;
  const before = {
    lines: cloud.lines.length,
    payloads: cloud.payloads.length,
    topic: cloud.topic.length,
    events: cloud.events.length,
    jobs: cloud.jobs.length,
  };
  tables.calls.length = 0;
  tools.calls.length = 0;
  await work();
  const inputs = cloud.payloads.slice(before.payloads).map(({ what }) => what);
  const callsOf = (name: string) => inputs.filter((what) => what === `input of ${name}`).length;
  const lines = cloud.lines.slice(before.lines);
  return {
    calls: {
      api: callsOf('api'),
      advance: callsOf('advance'),
      'request-approval': callsOf('request-approval'),
      'google-mcp': tools.calls.length,
    },
    tableReadUnits: sum(tables.calls.filter(isRead).map(readUnits)),
    tableWriteUnits: sum(tables.calls.filter((call) => !isRead(call)).map(writeUnits)),
    topicPublishes: cloud.topic.length - before.topic,
    busEvents: cloud.events.length - before.events,
    queueJobs: cloud.jobs.length - before.jobs,
    logBytes: Buffer.byteLength(lines.join('\n')),
    metrics: new Set(lines.flatMap(metricsOf)).size,
  };
}

const isRead = ({ operation }: CountedCall) => /Get|Query|Scan/.test(operation);
/** Finding nothing is billed like finding little. */
const readUnits = ({ units }: CountedCall) => Math.max(1, units);
const writeUnits = ({ units, table }: CountedCall) => Math.max(1, units) + indexesOf(table);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function indexesOf(table: string): number {
  const { tables } = site.cloud;
  const role = (Object.keys(tableDefinitions) as TableRole[]).find((one) => tables[one] === table);
  if (role === undefined) throw new Error(`"${table}" is no table of ours`);
  const { globalIndexes, localIndexes } = tableDefinitions[role];
  return Object.keys(globalIndexes).length + Object.keys(localIndexes).length;
}

function metricsOf(line: string): string[] {
  const { _aws: emf } = JSON.parse(line) as {
    _aws?: { CloudWatchMetrics: { Dimensions: string[][]; Metrics: { Name: string }[] }[] };
  };
  return (emf?.CloudWatchMetrics ?? []).flatMap(({ Dimensions, Metrics }) =>
    Dimensions.flatMap((dimensions) => Metrics.map(({ Name }) => `${Name} by ${dimensions.join()}`)),
  );
}

/** Never less than what was counted, and not so much more that the price would be made up. */
function expectPriced(priced: number, counted: number): void {
  expect(priced).toBeGreaterThanOrEqual(counted);
  expect(priced).toBeLessThanOrEqual(counted * 1.3 + 3);
}

describe('the quantities that are priced', () => {
  it('are those of a run with one approval, once the functions are warm', async () => {
    await runWithOneApproval('suspend john.doe@example.com');
    const counted = await count(() => runWithOneApproval('restore john.doe@example.com'));
    const { calls, stateTransitions: _, ...quantities } = measuredPerApproval;
    for (const [name, priced] of Object.entries(quantities))
      expectPriced(priced, counted[name as keyof typeof quantities]);
    for (const [name, priced] of Object.entries(calls))
      expectPriced(priced, counted.calls[name as keyof typeof calls]);
  });

  it('are those of a sweep that finds nothing due', async () => {
    const sweep = async () => void (await site.cloud.invoke('expire-approval', {}));
    await sweep();
    const counted = await count(sweep);
    expectPriced(idleSweep.tableReadUnits, counted.tableReadUnits);
    expectPriced(idleSweep.tableWriteUnits, counted.tableWriteUnits);
    expectPriced(idleSweep.logBytes, counted.logBytes);
    // A cold start writes one more.
    expect(idleSweep.metrics).toBe(counted.metrics + 1);
  });
});
