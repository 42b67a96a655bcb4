import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { escapeJson, InvalidInputError } from '@hitl/core';
import type { ApiClient } from './api-client.ts';
import type { Output } from './output.ts';

/** The whole record, to a file (the old one or the whole new one, never a part) or to stdout. */
export async function exportRecord(api: ApiClient, out: string | undefined, output: Output): Promise<void> {
  if (out !== undefined) {
    const isFolder = await stat(out).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (isFolder) throw new InvalidInputError(`--out: ${out} is a folder, not a file`);
  }
  const record = Readable.from(await api.stream('/audit/export'));
  if (out === undefined) return writeToStdout(record, output);
  const bytes = await writeWhole(out, record);
  output.result({ file: out, bytes }, () => `${bytes} bytes written to ${out}`);
}

async function writeWhole(path: string, record: Readable): Promise<number> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  const file = createWriteStream(temporary, { flags: 'wx', mode: 0o600 });
  try {
    await pipeline(record, file);
    await rename(temporary, path);
    return file.bytesWritten;
  } catch (error) {
    await rm(temporary, { force: true });
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const reason = {
      ENOENT: 'its folder does not exist',
      ENOTDIR: 'its folder is a file',
      EACCES: 'that is not permitted',
      EROFS: 'that is read-only',
      ENOSPC: 'no space is left',
    }[code];
    if (reason === undefined) throw error;
    throw new InvalidInputError(`--out: ${path} can't be written, ${reason}`, { cause: error });
  }
}

/** Byte for byte into a pipe; on a terminal with what it would obey as `\u` escapes, which JSON reads as the same. */
async function writeToStdout(record: Readable, output: Output): Promise<void> {
  if (!output.isJson && process.stdout.isTTY !== true) {
    await pipeline(record, process.stdout, { end: false });
    return;
  }
  let isFirst = true;
  if (output.isJson) process.stdout.write('[');
  for await (const line of createInterface({ input: record, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line === '') continue;
    const separator = output.isJson ? (isFirst ? '\n' : ',\n') : '';
    process.stdout.write(`${separator}${escapeJson(line)}${output.isJson ? '' : '\n'}`);
    isFirst = false;
  }
  if (output.isJson) process.stdout.write('\n]\n');
}
