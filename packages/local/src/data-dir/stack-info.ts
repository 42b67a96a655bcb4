import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileWhole } from './write-file-whole.ts';

/** What the running stack tells about itself in `DATA_DIR/stack.json`. */
const stackInfoSchema = z.object({
  pid: z.int().positive(),
  started_at: z.iso.datetime(),
  /** Base URL of the HTTP API, once it listens. */
  url: z.url().optional(),
});
export type StackInfo = z.infer<typeof stackInfoSchema>;

const fileName = 'stack.json';
const startedAt = new Date(Date.now() - process.uptime() * 1000).toISOString();

/** Called by the holder of the lock: says who and where the stack is. */
export async function announceStack(dataDir: string, { url }: { readonly url?: string }): Promise<void> {
  const info: StackInfo = { pid: process.pid, started_at: startedAt, ...(url === undefined ? {} : { url }) };
  await writeFileWhole(join(dataDir, fileName), `${JSON.stringify(info)}\n`, 0o600);
}

export async function withdrawStack(dataDir: string): Promise<void> {
  await rm(join(dataDir, fileName), { force: true });
}

/**
 * What the last stack on this folder said. A killed one leaves its file behind: ask `url`/healthz before relying on it.
 * `undefined` when there is none, or when the file is not readable.
 */
export async function readStackInfo(dataDir: string): Promise<StackInfo | undefined> {
  try {
    const parsed = stackInfoSchema.safeParse(JSON.parse(await readFile(join(dataDir, fileName), 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
