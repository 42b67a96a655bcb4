import { InvalidInputError, RunBusyError } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { createLogger } from './create-logger.ts';
import { createMetrics } from './create-metrics.ts';
import { toProblem } from './to-problem.ts';
import { withHandler } from './with-handler.ts';

type Line = Record<string, unknown>;

function setUp() {
  const logs: Line[] = [];
  const emf: Line[] = [];
  let time = 1000;
  const clock = { now: () => (time += 5) };
  const options = {
    name: 'advance',
    environment: 'dev',
    clock,
    logger: createLogger({ clock, write: (line) => logs.push(JSON.parse(line) as Line) }),
    metrics: createMetrics({
      dimensions: { environment: 'dev', function: 'advance' },
      clock,
      write: (line) => emf.push(JSON.parse(line) as Line),
    }),
  };
  return { logs, emf, options };
}

describe('withHandler', () => {
  it('counts every invocation, its duration and the cold start in the embedded metric format', async () => {
    const { emf, options } = setUp();
    const handler = withHandler(options, async (event: { x: number }) => event.x + 1);
    expect(await handler({ x: 1 })).toBe(2);
    await handler({ x: 2 });
    expect(emf).toHaveLength(2);
    expect(emf[0]).toMatchObject({
      _aws: {
        CloudWatchMetrics: [
          {
            Namespace: 'HitlMcp',
            Dimensions: [['environment', 'function']],
            Metrics: [
              { Name: 'invocations', Unit: 'Count' },
              { Name: 'cold_starts', Unit: 'Count' },
              { Name: 'duration_ms', Unit: 'Milliseconds' },
            ],
          },
        ],
      },
      environment: 'dev',
      function: 'advance',
      invocations: 1,
      cold_starts: 1,
    });
    expect(emf[1]).not.toHaveProperty('cold_starts');
  });

  it("puts the caller's correlation id on every line, and refuses a strange one", async () => {
    const { logs, options } = setUp();
    const handler = withHandler(options, async (_event: unknown, { logger, correlationId }) => {
      await Promise.resolve();
      logger.info('working');
      return correlationId;
    });
    expect(await handler({ headers: { 'X-Correlation-Id': 'abc-1' } }, { awsRequestId: 'aws-1' })).toBe(
      'abc-1',
    );
    expect(await handler({ headers: { 'x-correlation-id': 'a\nb' } }, { awsRequestId: 'aws-2' })).toBe(
      'aws-2',
    );
    expect(logs.map((line) => line['correlation_id'])).toEqual(['abc-1', 'aws-2']);
  });

  it('lets an error through under the name that the workflow retries on', async () => {
    const { logs, emf, options } = setUp();
    const handler = withHandler(options, async () => {
      throw new RunBusyError('another worker acts on run_1');
    });
    await expect(handler({})).rejects.toMatchObject({ name: 'RunBusyError' });
    expect(logs[0]).toMatchObject({ level: 'warn', error: { name: 'RunBusyError', code: 'run_busy' } });
    expect(emf[0]).toMatchObject({ refusals: 1 });
  });

  it('turns what a schema refuses into InvalidInputError', async () => {
    const { options } = setUp();
    const handler = withHandler(options, async (event: unknown) =>
      z.object({ run_id: z.string() }).parse(event),
    );
    await expect(handler({})).rejects.toThrow(InvalidInputError);
    await expect(handler({})).rejects.toThrow(/run_id/);
  });

  it('keeps secrets out of the error that the platform shows', async () => {
    const { options } = setUp();
    const handler = withHandler(options, async () => {
      throw new Error(`refused: Bearer ${'a'.repeat(24)}`);
    });
    const error: unknown = await handler({}).catch((reason: unknown) => reason);
    expect(`${String(error)} ${(error as Error).stack}`).not.toContain('a'.repeat(24));
  });

  it('answers with a problem where the function speaks HTTP', async () => {
    const { emf, options } = setUp();
    const onError = (error: unknown, { correlationId }: { correlationId: string }) =>
      toProblem(error, correlationId).body;
    const handler = withHandler({ ...options, onError }, async () => {
      throw new TypeError('undefined is not a function');
    });
    expect(await handler({}, { awsRequestId: 'aws-1' })).toMatchObject({
      status: 500,
      code: 'internal',
      request_id: 'aws-1',
    });
    expect(emf[0]).toMatchObject({ errors: 1 });
  });
});
