import { type DirectoryDocument, visibleLine } from '@hitl/core';
import type { Output } from '../output.ts';
import type { DirectoryChanges, SetChange } from './diff-directories.ts';

type Colors = Output['colors'];

/** One line for each principal that an exchange adds, removes or changes. */
export function renderChanges({ added, removed, changed }: DirectoryChanges, colors: Colors): string {
  const lines = [
    ...added.map((entry) => colors.green(`+ ${describe(entry)}`)),
    ...removed.map((entry) => colors.red(`- ${describe(entry)}`)),
    ...changed.map((change) => {
      const parts = [
        change.kind === undefined ? '' : `${change.kind.before} becomes ${change.kind.after}`,
        change.display_name === undefined
          ? ''
          : `named "${change.display_name.after}" instead of "${change.display_name.before}"`,
        signed('groups', change.groups),
        signed('links', change.links),
      ];
      return colors.yellow(
        `~ ${visibleLine(`${change.id}: ${parts.filter((part) => part !== '').join('; ')}`)}`,
      );
    }),
  ];
  return lines.join('\n');
}

function describe(entry: DirectoryDocument['principals'][number]): string {
  const parts = [
    entry.kind === 'service' ? 'a service' : '',
    entry.groups.length === 0 ? 'in no group' : `groups ${entry.groups.join(', ')}`,
    (entry.links ?? []).length === 0 ? '' : `links ${entry.links?.join(', ')}`,
  ];
  return visibleLine(`${entry.id}: ${parts.filter((part) => part !== '').join('; ')}`);
}

function signed(what: string, { added, removed }: SetChange): string {
  const all = [...added.map((each) => `+${each}`), ...removed.map((each) => `-${each}`)];
  return all.length === 0 ? '' : `${what} ${all.join(', ')}`;
}
