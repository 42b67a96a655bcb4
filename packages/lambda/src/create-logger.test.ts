import { describe, expect, it } from '@jest/globals';
import { createLogger } from './create-logger.ts';
import { runWithLogContext } from './log-context.ts';
import { Whole } from './whole.ts';

function collect(level?: 'debug' | 'warn') {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({
    ...(level === undefined ? {} : { level }),
    clock: { now: () => 0 },
    write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
  });
  return { lines, logger };
}

describe('the logger', () => {
  it('writes one JSON line per message, with its level and time', () => {
    const { lines, logger } = collect();
    logger.info('run started', { run_id: 'run_1' });
    expect(lines).toEqual([
      { time: '1970-01-01T00:00:00.000Z', level: 'info', message: 'run started', run_id: 'run_1' },
    ]);
  });

  it('leaves out what is below its level', () => {
    const { lines, logger } = collect('warn');
    logger.debug('a');
    logger.info('b');
    logger.warn('c');
    expect(lines.map((line) => line['message'])).toEqual(['c']);
  });

  it('redacts secrets by name and by shape, in messages, facts and errors', () => {
    const { lines, logger } = collect();
    const token = `xoxb-${'1234567890'}-abcdef`;
    logger.error(`posted with ${token}`, {
      password: 'hunter2',
      nested: { api_token: 'x' },
      error: new Error(`bad ${token}`),
    });
    const text = JSON.stringify(lines);
    expect(text).not.toContain(token);
    expect(text).not.toContain('hunter2');
    expect(lines[0]).toMatchObject({ password: '[redacted]', nested: { api_token: '[redacted]' } });
  });

  it('carries the context of the work it is called in, across awaits, and not beyond', async () => {
    const { lines, logger } = collect();
    await Promise.all(
      ['a', 'b'].map((id) =>
        runWithLogContext({ correlation_id: id }, async () => {
          await Promise.resolve();
          logger.child({ run_id: `run_${id}` }).info('inside');
        }),
      ),
    );
    logger.info('outside');
    expect(lines).toMatchObject([
      { correlation_id: 'a', run_id: 'run_a' },
      { correlation_id: 'b', run_id: 'run_b' },
      { message: 'outside' },
    ]);
    expect(lines[2]).not.toHaveProperty('correlation_id');
  });

  it('survives whatever it is given', () => {
    const { lines, logger } = collect();
    const circular: Record<string, unknown> = {
      big: 1n,
      fn: () => 1,
      date: new Date(Number.NaN),
      map: new Map([['k', 1]]),
    };
    circular['self'] = circular;
    logger.info('odd', { circular, long: 'x'.repeat(100_000), many: Array.from({ length: 1000 }, () => 1) });
    expect(lines[0]).toMatchObject({ circular: { self: '[circular]', big: '1', date: 'invalid date' } });
    expect(JSON.stringify(lines[0]).length).toBeLessThan(30_000);
  });

  it('cuts a long text only after its secrets are out, so that no half of one is left', () => {
    const { lines, logger } = collect();
    const token = `xoxb-${'1234567890'}-abcdef`;
    logger.info('long', { text: `${'x '.repeat(8_187)}${token}${' y'.repeat(100)}` });
    expect(String(lines[0]?.['text'])).not.toContain('xoxb');
  });

  it('shows whole what its sender has bounded, without its secrets, and reads it for a line only', () => {
    const { lines, logger } = collect('warn');
    const deep = Array.from({ length: 20 }).reduce<unknown>((inner) => ({ inner }), 'x'.repeat(50_000));
    let reads = 0;
    const read = () => {
      reads += 1;
      return { deep, password: 'hunter-two', many: Array.from({ length: 1000 }, () => 1) };
    };
    logger.info('below its level', { data: new Whole(read) });
    expect(reads).toBe(0);
    logger.warn('at its level', { data: new Whole(read) });
    expect(lines).toMatchObject([{ data: { ...read(), password: '[redacted]' } }]);
  });
});
