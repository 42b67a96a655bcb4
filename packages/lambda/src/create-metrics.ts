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
  readonly clock?: Clock;
  /** CloudWatch reads the format from any log line of the function. Default: stdout. */
  readonly write?: (line: string) => void;
}

/** CloudWatch embedded metric format: metrics as log lines, with no API call and no agent. */
export function createMetrics(options: MetricsOptions): Metrics {
  const { namespace = 'HitlMcp', dimensions, clock = systemClock } = options;
  const write = options.write ?? ((line: string) => void process.stdout.write(line));
  let values = new Map<string, { unit: MetricUnit; values: number[] }>();
  let annotations: Record<string, string | number | boolean> = {};
  return {
    add(name, value, unit = 'Count') {
      const metric = values.get(name);
      if (metric === undefined) values.set(name, { unit, values: [value] });
      // The format allows 100 values of one metric in a line.
      else if (metric.values.length < 100) metric.values.push(value);
    },
    annotate(name, value) {
      annotations[name] = value;
    },
    flush() {
      if (values.size === 0) return;
      const metrics = [...values].slice(0, 100);
      const line = {
        _aws: {
          Timestamp: clock.now(),
          CloudWatchMetrics: [
            {
              Namespace: namespace,
              Dimensions: [Object.keys(dimensions)],
              Metrics: metrics.map(([Name, { unit }]) => ({ Name, Unit: unit })),
            },
          ],
        },
        ...annotations,
        ...dimensions,
        ...Object.fromEntries(
          metrics.map(([name, m]) => [name, m.values.length === 1 ? m.values[0] : m.values]),
        ),
      };
      values = new Map();
      annotations = {};
      write(`${JSON.stringify(line)}\n`);
    },
  };
}
