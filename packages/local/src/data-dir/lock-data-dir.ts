import { join, resolve } from 'node:path';
import { InvalidInputError } from '@hitl/core';
import { ClassicLevel } from 'classic-level';
import { DataDirInUseError } from './data-dir-in-use-error.ts';
import { makeFolder } from './make-folder.ts';
import { announceStack, readStackInfo, withdrawStack } from './stack-info.ts';

export interface DataDirLock {
  readonly dataDir: string;
  release(): Promise<void>;
}

/**
 * Takes the folder for this process alone, making it (owner-only) where it does not exist. The lock is the kernel's, held by a
 * LevelDB database: it ends with the process however that ends, so there is no stale lock to clean up and no process id
 * to mistake for another's.
 *
 * @throws DataDirInUseError that names the process holding it, InvalidInputError when the folder can't be used.
 */
export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  const folder = resolve(dataDir);
  await makeFolders(folder);
  const lock = new ClassicLevel(join(folder, 'lock'));
  try {
    await lock.open();
  } catch (error) {
    if (isLocked(error)) throw await inUse(folder);
    throw unusable(folder, error);
  }
  await announceStack(folder, {});
  return {
    dataDir: folder,
    async release() {
      await withdrawStack(folder);
      await lock.close();
    },
  };
}

async function makeFolders(folder: string): Promise<void> {
  try {
    // The lock's own folder is made owner-only too: an existing DATA_DIR keeps the mode that its owner gave it.
    await makeFolder(folder);
    await makeFolder(join(folder, 'lock'));
  } catch (error) {
    throw unusable(folder, error);
  }
}

function isLocked(error: unknown): boolean {
  return causesOf(error).some((cause) => cause.code === 'LEVEL_LOCKED');
}

/** The error and its causes, by shape: a native module's errors are not always instances of this realm's `Error`. */
function causesOf(error: unknown): { readonly code?: unknown; readonly message?: unknown }[] {
  const chain: { readonly code?: unknown; readonly message?: unknown }[] = [];
  let at = error;
  while (typeof at === 'object' && at !== null && chain.length < 5) {
    chain.push(at);
    at = 'cause' in at ? at.cause : undefined;
  }
  return chain;
}

async function inUse(folder: string): Promise<DataDirInUseError> {
  const info = await readStackInfo(folder);
  const owner = info === undefined ? 'another process' : `process ${info.pid}, since ${info.started_at}`;
  const at = info?.url === undefined ? '' : `, at ${info.url}`;
  return new DataDirInUseError(
    `DATA_DIR ${folder} is in use by another local stack (${owner}${at}). Stop that one, or set DATA_DIR to another folder.`,
    { details: info === undefined ? {} : { ...info } },
  );
}

function unusable(folder: string, error: unknown): InvalidInputError {
  const reason = causesOf(error).at(-1)?.message ?? error;
  const message = `DATA_DIR ${folder} can't be used: ${String(reason)}`;
  return new InvalidInputError(message, { cause: error, errors: [{ path: 'DATA_DIR', message }] });
}
