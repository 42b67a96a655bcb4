import { readApiToken } from './data-dir/ensure-api-token.ts';
import { readStackInfo } from './data-dir/stack-info.ts';

/** The stack that serves this data directory now, asked for its health; a file left behind by a killed one does not count. */
export async function findRunningStack(
  dataDir: string,
): Promise<{ readonly url: string; readonly token: string } | undefined> {
  const [info, token] = await Promise.all([readStackInfo(dataDir), readApiToken({ dataDir })]);
  // The token goes to nobody else: once that process is gone, its port may be anybody's.
  if (info?.url === undefined || token === undefined || !isAlive(info.pid)) return undefined;
  try {
    const response = await fetch(new URL('/healthz', info.url), { signal: AbortSignal.timeout(2000) });
    await response.body?.cancel();
    return { url: info.url, token };
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
