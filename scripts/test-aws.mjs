// The deployment test on emulated AWS. Exit 3 where a tool is missing: which one, and how to get it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProviderMirror } from './find-provider-mirror.mjs';

const provider = { source: 'hashicorp/aws', version: '5.100.0' };
const mirror = findProviderMirror();
const terraform = ['terraform', 'tofu'].find((name) => runs(name, ['version']));

const tools = [
  {
    name: 'terraform or tofu',
    isThere: () => terraform !== undefined,
    get: 'https://developer.hashicorp.com/terraform/install',
  },
  {
    name: `provider ${provider.source} ${provider.version}`,
    isThere: () => terraform !== undefined && hasProvider(terraform),
    get: 'terraform downloads it where it reaches its registry; else put it into a folder as "terraform providers mirror" does, and name that folder by TF_PROVIDER_MIRROR',
  },
  {
    name: 'moto',
    isThere: () => runs('python3', ['-c', 'import moto.server, flask']),
    get: 'pip install "moto[server]"',
  },
  {
    name: 'the AWS CLI',
    isThere: () => runs('aws', ['--version']),
    get: 'https://aws.amazon.com/cli/, or pip install awscli',
  },
  { name: 'openssl', isThere: () => runs('openssl', ['version']), get: 'https://www.openssl.org' },
];

const missing = tools.filter(({ isThere }) => !isThere());
if (missing.length > 0) {
  process.stderr.write(
    'The deployment can be tested on emulated AWS with these tools, which are missing here:\n',
  );
  for (const { name, get } of missing) process.stderr.write(`  ${name}: ${get}\n`);
  process.exit(3);
}

// A group of their own and a folder of their own: whatever happens, nothing of them stays.
const folder = mkdtempSync(join(tmpdir(), 'hitl-test-aws-'));
const child = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    'node_modules/jest/bin/jest.js',
    ...['--config', 'jest.aws.config.mjs', '--runInBand', ...process.argv.slice(2)],
  ],
  {
    stdio: 'inherit',
    detached: true,
    env: {
      ...process.env,
      NODE_NO_WARNINGS: '1',
      TMPDIR: folder,
      ...(mirror === undefined ? {} : { TF_PROVIDER_MIRROR: mirror }),
    },
  },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => killGroup('SIGKILL'));
child.on('exit', (code, signal) => {
  killGroup('SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit(signal === null ? code : 128 + constants.signals[signal]);
});

function killGroup(signal) {
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // Nobody of them is left.
    if (error.code !== 'ESRCH') throw error;
  }
}

function runs(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** By trying: a mirror, a cache and the registry each have their own ways to fail. */
function hasProvider(command) {
  const folder = mkdtempSync(join(tmpdir(), 'hitl-provider-'));
  try {
    if (mirror !== undefined && !existsSync(mirror)) return false;
    const rc = join(folder, 'cli.tfrc');
    if (mirror !== undefined)
      writeFileSync(
        rc,
        `provider_installation {\n  filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }\n}\n`,
      );
    // `deploy.sh` shows OpenTofu a mirror of Terraform's registry; asked by its whole name it is found here.
    const host = 'registry.terraform.io';
    const isTerraforms = command === 'tofu' && mirror !== undefined && existsSync(join(mirror, host));
    const source = isTerraforms ? `${host}/${provider.source}` : provider.source;
    const requirement = { terraform: { required_providers: { aws: { ...provider, source } } } };
    writeFileSync(join(folder, 'main.tf.json'), JSON.stringify(requirement));
    const env = {
      ...process.env,
      CHECKPOINT_DISABLE: '1',
      ...(mirror === undefined ? {} : { TF_CLI_CONFIG_FILE: rc }),
    };
    const init = spawnSync(command, [`-chdir=${folder}`, 'init', '-backend=false', '-input=false'], {
      stdio: 'ignore',
      env,
      timeout: 120_000,
    });
    return init.status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
