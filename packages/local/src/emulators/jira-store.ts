import { closeSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { applyJiraChange, emptyJiraState, type JiraChange, type JiraState } from './jira-state.ts';

export interface JiraStore {
  readonly state: JiraState;
  /** True when the directory held no data before. */
  readonly isNew: boolean;
  /** On disk when this returns. */
  append(change: JiraChange): void;
  close(): void;
}

/**
 * One JSON line per change, written with one call and replayed at start. A process killed while writing leaves at most a torn
 * last line, which was never answered for and is cut off.
 */
export function openJiraStore(dataDir: string): JiraStore {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, 'jira.jsonl');
  const state = emptyJiraState();
  const changes = readChanges(path);
  for (const change of changes) applyJiraChange(state, change);
  const file = openSync(path, 'a', 0o600);
  return {
    state,
    isNew: changes.length === 0,
    append(change) {
      const line = Buffer.from(`${JSON.stringify(change)}\n`, 'utf8');
      if (writeSync(file, line) !== line.length) throw new Error(`${path} could not be written in full`);
      applyJiraChange(state, change);
    },
    close: () => closeSync(file),
  };
}

function readChanges(path: string): JiraChange[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end < bytes.length) truncateSync(path, end);
  return bytes
    .subarray(0, end)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JiraChange);
}
