import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Directory } from '@hitl/core';
import { createFileDirectory, type FileDirectoryOptions } from './create-file-directory.ts';

/** A requester, two approvers in different groups, and an outsider: enough to see four eyes on one machine. */
export const sampleDirectoryPath = fileURLToPath(new URL('../../sample-directory.yaml', import.meta.url));

/**
 * The directory at `path`, or the one in the data directory, which begins as a copy of the sample.
 * @throws InvalidInputError as `createFileDirectory`.
 */
export async function openLocalDirectory(options: {
  readonly dataDir: string;
  readonly path?: string | undefined;
  readonly logger?: FileDirectoryOptions['logger'];
}): Promise<Directory> {
  const { dataDir, logger } = options;
  const path = options.path ?? join(dataDir, 'directory.yaml');
  if (options.path === undefined) {
    await copyFile(sampleDirectoryPath, path, constants.COPYFILE_EXCL).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      },
    );
  }
  return createFileDirectory({ path, ...(logger === undefined ? {} : { logger }) });
}
