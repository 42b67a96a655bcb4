import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundleFunctions } from './bundle-functions.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const cache = join(root, 'node_modules/.cache/hitl-bundles');
/** Whoever builds takes seconds; one that takes longer is dead. */
const staleMs = 120_000;

/**
 * The folder of the functions' bundles, made once for the sources as they are: several suites run them, and making them takes longer
 * than most suites do. Suites that come while they are made wait.
 */
export async function shareBundles(): Promise<string> {
  const folder = join(cache, await digestOfSources());
  const lock = `${folder}.lock`;
  await mkdir(cache, { recursive: true });
  while (!existsSync(folder)) {
    const isOurs = await mkdir(lock).then(
      () => true,
      () => false,
    );
    if (isOurs) {
      await build(folder).finally(() => rm(lock, { recursive: true, force: true }));
    } else {
      const since = await stat(lock).catch(() => undefined);
      if (since !== undefined && Date.now() - since.mtimeMs > staleMs)
        await rm(lock, { recursive: true, force: true });
      await delay(100);
    }
  }
  return folder;
}

async function build(folder: string): Promise<void> {
  for (const old of await readdir(cache)) {
    if (!old.endsWith('.lock')) await rm(join(cache, old), { recursive: true, force: true });
  }
  const unfinished = `${folder}.${randomUUID()}`;
  await bundleFunctions(unfinished);
  await rename(unfinished, folder);
}

async function digestOfSources(): Promise<string> {
  const hash = createHash('sha256');
  const files = ['pnpm-lock.yaml', 'scripts/bundle-plugins.mjs', 'packages/cloud/test/bundle-functions.ts'];
  for (const ring of ['packages', 'functions']) {
    for (const name of (await readdir(join(root, ring))).sort()) {
      const source = `${ring}/${name}/src`;
      const found = await readdir(join(root, source), { recursive: true }).catch(() => []);
      files.push(
        ...found.filter((file) => /\.(ts|json|yaml)$/.test(file)).map((file) => `${source}/${file}`),
      );
      files.push(`${ring}/${name}/package.json`);
    }
  }
  for (const file of files.sort()) {
    hash.update(`${file}\0`).update(await readFile(join(root, file)).catch(() => ''));
  }
  return hash.digest('hex').slice(0, 32);
}
