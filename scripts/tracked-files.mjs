import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Paths (relative to `root`) of the files that git knows or would add, narrowed by git pathspecs. */
export function trackedFiles(root, pathspecs) {
  const listing = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...pathspecs],
    { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  return listing.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
}
