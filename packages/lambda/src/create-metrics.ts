import { type Clock, systemClock } from '@hitl/core';

export type MetricUnit = 'Count' | 'Milliseconds' | 'Seconds' | 'Bytes' | 'None';

export interface Metrics {
  /** Adds one value; several values of one name within a flush are all kept. */
  add(name: string, value: number, unit?: MetricUnit): void;
  /** A fact that stands beside the metrics in the log line (searchable, no dimension, no cost). */
  annotate(name: string, value: string | number | boolean): void;
  /** Writes what was added as one line and starts anew; nothing added, nothing written. */
  flush(): void;
}

export interface MetricsOptions {
  readonly namespace?: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Metrics that count over all functions too: kept by these of the dimensions once more. */
  readonly rollUp?: { readonly names: readonly string[]; readonly dimensions: readonly string[] };
  readonly clock?: Clock;
  /** CloudWatch reads the format from any log line of the function. Default: stdout. */
  readonly write?: (line: string) => void;
}

/** The format's limits on one line: values of a metric, and metrics. */
const maxValues = 100;
const maxMetrics = 100;

type Values = Map<string, { readonly unit: MetricUnit; readonly values: number[] }>;

/** CloudWatch embedded metric format: metrics as log lines, with no API call and no agent. */
export function createMetrics(options: MetricsOptions): Metrics {
  const { namespace = 'HitlMcp', dimensions, rollUp, clock = systemClock } = options;
  const writeLine = options.write ?? ((line: string) => void process.stdout.write(line));
  let values: Values = new Map();
  let annotations: Record<string, string | number | boolean> = {};

  function write(collected: Values): void {
    const metrics = [...collected];
    const described = metrics.map(([Name, { unit }]) => ({ Name, Unit: unit }));
    const rolledUp = described.filter(({ Name }) => rollUp?.names.includes(Name));
    const directives = [
      { Namespace: namespace, Dimensions: [Object.keys(dimensions)], Metrics: described },
      ...(rollUp === undefined || rolledUp.length === 0
        ? []
        : [{ Namespace: namespace, Dimensions: [rollUp.dimensions], Metrics: rolledUp }]),
    ];
    const line = {
      _aws: { Timestamp: clock.now(), CloudWatchMetrics: directives },
      ...annotations,
      ...dimensions,
      ...Object.fromEntries(
        metrics.map(([name, m]) => [name, m.values.length === 1 ? m.values[0] : m.values]),
      ),
    };
    writeLine(`${JSON.stringify(line)}\n`);
  }

  return {
    add(name, value, unit = 'Count') {
      const metric = values.get(name);
      const isFull = metric === undefined ? values.size >= maxMetrics : metric.values.length >= maxValues;
      if (isFull) {
        write(values);
        values = new Map();
      }
      const current = values.get(name);
      if (current === undefined) values.set(name, { unit, values: [value] });
      else current.values.push(value);
    },
    annotate(name, value) {
      annotations[name] = value;
    },
    flush() {
      if (values.size > 0) write(values);
      values = new Map();
      annotations = {};
    },
  };
}
