import { describe, expect, it } from '@jest/globals';
import dev from '../../environments/dev.ts';
import prod from '../../environments/prod.ts';
import { synthesizeStack } from '../test/read-stack.ts';
import { priceIdleMonth } from './price-idle-month.ts';
import { sumOf } from './price-line.ts';

const priceOf = (name: string, data: unknown) => priceIdleMonth(synthesizeStack(name, data).json.resource);

describe('the price of a month in which nothing happens', () => {
  it('is 10 dollars or less for dev', () => {
    const lines = priceOf('dev', dev);
    expect(lines.map((line) => line.what)).toEqual([
      'secrets',
      'alarm metrics',
      'dashboards',
      'metrics of our own',
      'sweeps',
      'polls of an empty queue',
    ]);
    expect(sumOf(lines)).toBeGreaterThan(0);
    expect(sumOf(lines)).toBeLessThanOrEqual(10);
  });

  it('is mostly the network for prod', () => {
    const lines = priceOf('prod', prod);
    const network = lines.filter(({ what }) => /NAT|IPv4|endpoints/.test(what));
    expect(network.map(({ what, count }) => [what, count])).toEqual([
      ['NAT gateways', 3],
      ['public IPv4 addresses', 3],
      ['interface endpoints × zones', 21],
    ]);
    expect(sumOf(network)).toBeGreaterThan(sumOf(lines) / 2);
  });

  it('is nothing for nothing', () => {
    expect(priceIdleMonth({})).toEqual([]);
  });
});
