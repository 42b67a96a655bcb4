import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { canonicalJson } from '@hitl/core';
import type { ServerConfig } from './server-config.ts';

/**
 * What a tool's pin is bound to besides its definition: where the server is and, for a local one, the content of its entry
 * file. Files that the entry file imports are not covered. Throws the file system's error when the file can't be read.
 */
export async function serverIdentity(config: ServerConfig): Promise<string> {
  if (config.kind === 'builtin') return `builtin:${config.name}`;
  if (config.kind === 'http') return `http:${config.url}`;
  const hash = createHash('sha256');
  await pipeline(createReadStream(await realpath(config.path)), hash);
  return `stdio:${canonicalJson([config.path, ...(config.args ?? [])])}#sha256:${hash.digest('hex')}`;
}
