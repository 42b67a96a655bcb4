import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `DATA_DIR`, else `.data` beside the project, whatever folder the command is called from. Set to nothing counts as not set. */
export function dataDirOf(env: NodeJS.ProcessEnv): string {
  return resolve(env.DATA_DIR || fileURLToPath(new URL('../../../.data', import.meta.url)));
}
