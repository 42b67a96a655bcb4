import { describe, expect, it } from '@jest/globals';
import { assumedPerApproval, measuredPerApproval } from './approval-quantities.ts';
import { formatCost } from './format-cost.ts';
import { priceApprovals } from './price-approvals.ts';
import { sumOf } from './price-line.ts';
import { priceList, prices } from './prices.ts';

describe('the price of approvals', () => {
  const { infrastructure, model } = priceApprovals(1000, { memoryMb: 1024 });
  const dollarsOf = (what: string) =>
    [...infrastructure, ...model].find((line) => line.what === what)?.dollars ?? Number.NaN;

  it('is less than a dollar for 1,000 beside the model, even with the memory of prod', () => {
    expect(sumOf(infrastructure)).toBeGreaterThan(0.1);
    expect(sumOf(infrastructure)).toBeLessThan(1);
  });

  it('counts five state transitions for each', () => {
    expect(measuredPerApproval.stateTransitions).toBe(5);
    expect(dollarsOf('state transitions')).toBeCloseTo(0.125, 10);
  });

  it('holds the model apart, by tokens', () => {
    const { modelCalls, inputTokensPerModelCall, outputTokensPerModelCall } = assumedPerApproval;
    expect(sumOf(model)).toBeCloseTo(
      1000 *
        modelCalls *
        (inputTokensPerModelCall * prices.modelInputToken.dollars +
          outputTokensPerModelCall * prices.modelOutputToken.dollars),
      2,
    );
    expect(infrastructure.some(({ what }) => what.includes('model'))).toBe(false);
  });

  it('grows with their number and with the memory of the functions, and with nothing else', () => {
    const more = priceApprovals(2000, { memoryMb: 1024 }).infrastructure;
    expect(more.map(({ dollars }) => dollars)).toEqual(infrastructure.map(({ dollars }) => 2 * dollars));
    const smaller = priceApprovals(1000, { memoryMb: 256 }).infrastructure;
    expect(smaller.filter((line, at) => line.dollars !== infrastructure[at]?.dollars)).toMatchObject([
      { what: 'function GB-seconds' },
    ]);
  });

  it('is told in columns, what an environment lacks left empty', () => {
    const text = formatCost({
      priceList,
      approvals: 1000,
      environments: [
        {
          name: 'dev',
          idleMonth: [{ what: 'secrets', count: 4, dollars: 1.6 }],
          approvals: [{ what: 'traces', count: 1, dollars: 0.03 }],
        },
        {
          name: 'prod',
          idleMonth: [
            { what: 'secrets', count: 4, dollars: 1.6 },
            { what: 'NAT gateways', count: 3, dollars: 98.55 },
          ],
          approvals: [],
        },
      ],
      model: [{ what: 'model input tokens', count: 1, dollars: 1.234 }],
    });
    expect(text.split('\n').slice(3, 7)).toEqual([
      '                  dev     prod',
      '  secrets       $1.60    $1.60',
      '  NAT gateways          $98.55',
      '  together      $1.60  $100.15',
    ]);
    expect(text).toContain('The model for 1,000 approvals, beside that: $1.23');
  });
});

describe('the price list', () => {
  it('says of every row where it is from, and of all when they were looked at', () => {
    expect(priceList.checkedOn).toMatch(/^20\d\d-\d\d-\d\d$/);
    for (const price of Object.values(prices)) {
      expect(price.source).toMatch(/^https:\/\/aws\.amazon\.com\/[\w-]+\/pricing\/$/);
      expect(price.confirmed).toMatch(/^(20\d\d-\d\d|none)$/);
      expect(price.dollars).toBeGreaterThan(0);
    }
  });
});
