import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface MeasuredRun {
  readonly stdout: string;
  readonly seconds: number;
  readonly peakMegabytes: number;
  /** Of all its threads. */
  readonly cpuSeconds: number;
}

const report = `process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  console.error('peak ' + maxRSS + ' cpu ' + (userCPUTime + systemCPUTime));
})`;
const preload = `data:text/javascript,${encodeURIComponent(report)}`;

/** Runs a Node process of its own to its end. @throws when it fails */
export async function runMeasured(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<MeasuredRun> {
  const startMs = performance.now();
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', preload, ...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...(options.env ?? process.env), NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' },
    maxBuffer: 16 * 1024 * 1024,
  });
  return {
    stdout,
    seconds: (performance.now() - startMs) / 1000,
    peakMegabytes: Number(/peak (\d+)/.exec(stderr)?.[1]) / 1024,
    cpuSeconds: Number(/cpu (\d+)/.exec(stderr)?.[1]) / 1e6,
  };
}

export function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
