import { assumedPerApproval } from './approval-quantities.ts';
import { type PriceLine, sumOf } from './price-line.ts';

export interface EnvironmentCost {
  readonly name: string;
  readonly idleMonth: readonly PriceLine[];
  readonly approvals: readonly PriceLine[];
}

export interface CostReport {
  readonly priceList: { readonly region: string; readonly checkedOn: string };
  readonly approvals: number;
  readonly environments: readonly EnvironmentCost[];
  readonly model: readonly PriceLine[];
}

/** Two tables for people, one column per environment, dollars as on a bill. */
export function formatCost({ priceList, approvals, environments, model }: CostReport): string {
  const a = assumedPerApproval;
  const names = environments.map(({ name }) => name);
  const thousand = approvals.toLocaleString('en-US');
  return [
    `List prices of ${priceList.region} in US dollars, looked at on ${priceList.checkedOn}, before any free tier (infra/src/prices.ts).`,
    '',
    'A month in which nobody asks for anything',
    formatColumns(
      names,
      environments.map(({ idleMonth }) => idleMonth),
      2,
    ),
    '',
    `${thousand} approvals: each a run with one approval, from the request to the result`,
    formatColumns(
      names,
      environments.map((environment) => environment.approvals),
      4,
    ),
    '',
    `The model for ${thousand} approvals, beside that: ${dollars(sumOf(model), 2)}`,
    `  by ${a.modelCalls} calls per run of ${thousands(a.inputTokensPerModelCall)} input and ${thousands(a.outputTokensPerModelCall)} output tokens each (assumed)`,
    '',
  ].join('\n');
}

function formatColumns(
  names: readonly string[],
  columns: readonly (readonly PriceLine[])[],
  digits: number,
): string {
  const items = [...new Set(columns.flatMap((lines) => lines.map(({ what }) => what)))];
  const rows = items.map((what) => [
    what,
    ...columns.map((lines) => {
      const line = lines.find((one) => one.what === what);
      return line === undefined ? '' : dollars(line.dollars, digits);
    }),
  ]);
  const table = [['', ...names], ...rows, ['together', ...columns.map((lines) => dollars(sumOf(lines), 2))]];
  const widths = table[0]?.map((_cell, at) => Math.max(...table.map((row) => (row[at] ?? '').length))) ?? [];
  const layOut = (row: readonly string[]) =>
    `  ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ')}`;
  return table.map((row) => layOut(row).trimEnd()).join('\n');
}

function dollars(value: number, digits: number): string {
  return `$${value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

function thousands(value: number): string {
  return value.toLocaleString('en-US');
}
