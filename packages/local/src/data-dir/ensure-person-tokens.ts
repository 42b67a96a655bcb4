import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileWhole } from './write-file-whole.ts';

const fileSchema = z.record(z.string(), z.string().regex(/^[A-Za-z0-9_-]{43}$/));

/** The file that holds each person's own bearer token. */
export function personTokensPath(dataDir: string): string {
  return join(dataDir, 'person-tokens.json');
}

/**
 * A bearer token for each person, made at the first start that knows them and kept: with it, the API knows who acts instead of being
 * told. Only the owner of the folder can read the file. Call it while holding the folder's lock.
 */
export async function ensurePersonTokens(options: {
  readonly dataDir: string;
  readonly ids: readonly string[];
}): Promise<ReadonlyMap<string, string>> {
  const path = personTokensPath(options.dataDir);
  // What others could read proves nobody any more.
  const stored = (await isPrivate(path)) ? await readTokens(path) : {};
  const tokens = Object.fromEntries(
    options.ids.map((id) => [id, stored[id] ?? randomBytes(32).toString('base64url')]),
  );
  if (JSON.stringify(tokens) !== JSON.stringify(stored)) {
    await writeFileWhole(path, `${JSON.stringify(tokens, null, 2)}\n`, 0o600);
  }
  return new Map(Object.entries(tokens));
}

async function isPrivate(path: string): Promise<boolean> {
  if (process.platform === 'win32') return true;
  const mode = await stat(path).then(
    (found) => found.mode,
    () => 0,
  );
  return (mode & 0o077) === 0;
}

async function readTokens(path: string): Promise<Record<string, string>> {
  try {
    return fileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    // None yet, or not ours: new ones take nothing from anybody but the need to read the file again.
    return {};
  }
}
