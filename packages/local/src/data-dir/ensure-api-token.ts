import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileWhole } from './write-file-whole.ts';

const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

/** The file that holds the API's bearer token. */
export function apiTokenPath(dataDir: string): string {
  return join(dataDir, 'api-token');
}

/**
 * The bearer token of the local API: 256 random bits, made at the first start and kept. Only the owner can read the file; a
 * file that others could read, or that does not hold a token, is replaced by a new one.
 * Call it while holding the folder's lock.
 */
export async function ensureApiToken({ dataDir }: { readonly dataDir: string }): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = apiTokenPath(dataDir);
  const stored = await readApiToken({ dataDir });
  if (stored !== undefined && (await isPrivate(path))) return stored;
  const token = randomBytes(32).toString('base64url');
  await writeFileWhole(path, `${token}\n`, 0o600);
  // The process's umask may have narrowed the mode further, which the owner's own commands could not read.
  await chmod(path, 0o600);
  return token;
}

/** For clients on the same machine. `undefined` when there is none or this user may not read it. */
export async function readApiToken({ dataDir }: { readonly dataDir: string }): Promise<string | undefined> {
  try {
    const text = (await readFile(apiTokenPath(dataDir), 'utf8')).trim();
    return tokenPattern.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

async function isPrivate(path: string): Promise<boolean> {
  return process.platform === 'win32' || ((await stat(path)).mode & 0o077) === 0;
}
