import { createRequire } from 'node:module';

interface Iterator {
  close(): Promise<void>;
  return?: () => Promise<void>;
}
export interface LevelClass {
  readonly prototype: Record<'keys' | 'values', (options: unknown) => Iterator>;
}

const require = createRequire(import.meta.url);
/** The very class that dynalite stores with. */
export const levelOfDynalite = (): LevelClass =>
  createRequire(require.resolve('dynalite'))('level').Level as LevelClass;

/**
 * dynalite reads through LevelDB iterators and ends them by `return()`, which they do not have, so none is ever closed. An open one
 * keeps the files and write buffers of its moment: some 300 KB for each request, for as long as the process lives.
 */
export function closeLevelIterators(Level: LevelClass): void {
  for (const name of ['keys', 'values'] as const) {
    const create = Level.prototype[name];
    if (patched.has(create)) continue;
    const createClosable = function (this: unknown, options: unknown): Iterator {
      const iterator = create.call(this, options);
      iterator.return ??= () => iterator.close();
      return iterator;
    };
    patched.add(createClosable);
    Level.prototype[name] = createClosable;
  }
}

const patched = new WeakSet<object>();
