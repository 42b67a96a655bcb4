// Installs the workspace when it has to be, with nothing but Node and npm. Plain JavaScript, Node >= 20.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const isWindows = process.platform === 'win32';
const say = (line) => process.stderr.write(`${line}\n`);

/**
 * Makes sure that node_modules fits the lock file. Returns the text of what went wrong, or `undefined` when all is well.
 * Two at once on one checkout: the second waits for the first.
 */
export async function ensureInstalled(root) {
  const stampFile = join(root, 'node_modules/.hitl-installed');
  const wanted = installDigest(root);
  const isInstalled = () =>
    existsSync(stampFile) &&
    readFileSync(stampFile, 'utf8') === wanted &&
    existsSync(join(root, 'node_modules/node/package.json'));
  if (isInstalled()) return undefined;

  mkdirSync(join(root, 'node_modules'), { recursive: true });
  const release = await acquireLock(join(root, 'node_modules/.hitl-install.lock'));
  try {
    if (isInstalled()) return undefined;
    const failure = await install(root);
    if (failure === undefined) writeFileSync(stampFile, wanted);
    return failure;
  } finally {
    release();
  }
}

/** Hash over everything that decides what an install brings. */
function installDigest(root) {
  const files = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', 'infra/package.json'];
  for (const parent of ['packages', 'functions']) {
    if (!existsSync(join(root, parent))) continue;
    for (const name of readdirSync(join(root, parent)).sort()) files.push(`${parent}/${name}/package.json`);
  }
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\0`);
  for (const file of files) {
    if (existsSync(join(root, file)))
      hash
        .update(`${file}\0`)
        .update(readFileSync(join(root, file)))
        .update('\0');
  }
  return hash.digest('hex');
}

async function install(root) {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const node = `node@${manifest.devDependencies.node}`;
  const pnpm = manifest.packageManager;
  say(`Installing the dependencies with ${pnpm} on ${node} (about a minute the first time) ...`);
  const startedAt = Date.now();
  // npm's own retries would keep an offline machine silent for minutes.
  const retries = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'];
  const code = await spawnToStderr(root, [
    'exec',
    '--yes',
    ...retries,
    `--package=${node}`,
    `--package=${pnpm}`,
    '--',
    'pnpm',
    'install',
    '--frozen-lockfile',
    // pnpm stops to ask before it replaces a node_modules that another tool has made; nobody is there to answer.
    '--config.confirm-modules-purge=false',
  ]);
  if (code === 0) {
    say(`Installed in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
    return undefined;
  }
  if (code === 'ENOENT')
    return 'npm was not found on the PATH. Install Node.js 20 or newer together with npm.';
  return explainFailure(root, pnpm, code);
}

/** stdout stays free for the task's own output, so that `--json` output can be piped from the very first run. */
function spawnToStderr(root, args) {
  return new Promise((resolve) => {
    const child = spawn('npm', args, {
      cwd: root,
      stdio: ['ignore', 2, 2],
      shell: isWindows,
      env: {
        ...process.env,
        npm_config_update_notifier: 'false',
        npm_config_fund: 'false',
        npm_config_audit: 'false',
        // With `production` the tools that run everything here would be left out.
        NODE_ENV: 'development',
      },
    });
    const forward = (signal) => child.kill(signal);
    process.once('SIGINT', forward);
    process.once('SIGTERM', forward);
    child.on('error', (error) => resolve(error.code ?? 'ENOENT'));
    child.on('exit', (code, signal) => {
      process.off('SIGINT', forward);
      process.off('SIGTERM', forward);
      if (signal !== null || code === 130) process.exit(130);
      resolve(code ?? 1);
    });
  });
}

function explainFailure(root, pnpm, code) {
  const options = { cwd: root, encoding: 'utf8', shell: isWindows };
  const registry =
    spawnSync('npm', ['config', 'get', 'registry'], options).stdout?.trim() || 'the npm registry';
  const probe = spawnSync(
    'npm',
    ['view', pnpm, 'version', '--fetch-retries=0', '--fetch-timeout=8000', '--prefer-online'],
    options,
  );
  if (probe.status !== 0) {
    return (
      `The dependencies could not be installed: the package registry ${registry} does not answer.\n` +
      'Check the network, or name a mirror (npm config set registry URL) or a proxy (HTTPS_PROXY), and run the same command again.'
    );
  }
  return (
    `The dependencies could not be installed: "pnpm install --frozen-lockfile" ended with exit code ${code}; its own message stands above.\n` +
    'If it speaks of an outdated lock file, restore pnpm-lock.yaml from git. Then run the same command again.'
  );
}

async function acquireLock(path) {
  let announced = false;
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = readOwner(path);
    if (owner !== undefined && !isAlive(owner)) {
      takeAway(path, owner);
      continue;
    }
    if (!announced)
      say(`Another install is running on this checkout (process ${owner ?? 'unknown'}); waiting for it ...`);
    announced = true;
    await delay(300);
  }
}

/** Renaming is atomic: of several that found the same dead owner only one moves its file, and a live owner's goes back. */
function takeAway(path, deadOwner) {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readOwner(aside) === deadOwner) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

function readOwner(path) {
  try {
    const pid = Number.parseInt(readFileSync(path, 'utf8'), 10);
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
