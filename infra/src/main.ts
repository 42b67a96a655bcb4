import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { HitlError } from '@hitl/core';
import { loadBootstrapOf, loadDeployment } from './load-deployment.ts';
import { packageFunctions } from './package-functions.ts';
import { readPolicy } from './read-policy.ts';
import { lockTableName, stateBucketName, stateKey } from './state-location.ts';
import { createStack, stackFolderOf } from './synthesize.ts';

const usage = `usage: main.ts <environment> ... [--out FOLDER] [--state local|bucket] [--allow-missing-code]

Writes the Terraform configuration of each environment and tells where, one name=value per line.
`;
const defaultOut = fileURLToPath(new URL('../cdktf.out', import.meta.url));

try {
  process.stdout.write(await synthesize(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof HitlError) && !isUsageError(error)) throw error;
  process.stderr.write(`${error.message}\n${isUsageError(error) ? usage : ''}`);
  process.exitCode = 2;
}

async function synthesize(args: string[]): Promise<string> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      out: { type: 'string', default: defaultOut },
      state: { type: 'string', default: 'local' },
      'allow-missing-code': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return usage;
  // Without a name it is said which there are.
  const [first, ...others] = positionals;
  let said = '';
  for (const name of [first, ...others]) {
    said += await synthesizeOne(name, {
      outFolder: resolve(values.out),
      state: values.state === 'bucket' ? 'bucket' : 'local',
      allowMissingCode: values['allow-missing-code'],
    });
  }
  return said;
}

async function synthesizeOne(
  name: string | undefined,
  options: {
    readonly outFolder: string;
    readonly state: 'local' | 'bucket';
    readonly allowMissingCode: boolean;
  },
): Promise<string> {
  const { outFolder, state, allowMissingCode } = options;
  const deployment = await loadDeployment(name);
  if (name === undefined) throw new Error('a deployment was loaded without a name');
  const stackFolder = stackFolderOf(outFolder, name);
  const { app } = createStack(outFolder, {
    name,
    deployment,
    state,
    codeOf: packageFunctionsOnce(name, stackFolder, allowMissingCode),
    ...(deployment.kind === 'environment' ? { bootstrap: await loadBootstrapOf(deployment) } : {}),
  });
  app.synth();
  const facts = {
    stack_folder: stackFolder,
    kind: deployment.kind,
    region: deployment.aws_region,
    account_id: deployment.aws_account_id ?? '',
    bootstrap: deployment.kind === 'environment' ? deployment.bootstrap : '',
    protected: deployment.kind === 'environment' && deployment.deletion_protection,
    deployment: deployment.kind === 'environment' ? deployment.deployment : 'all_at_once',
    state_bucket: stateBucketName('ACCOUNT', deployment.aws_region),
    state_key: stateKey(name),
    lock_table: lockTableName,
  };
  return Object.entries(facts)
    .map(([fact, value]) => `${fact}=${value}\n`)
    .join('');
}

/** Bootstrap has no function, so nothing is packed before one is asked for. */
function packageFunctionsOnce(name: string, stackFolder: string, allowMissing: boolean) {
  let source: ReturnType<typeof packageFunctions> | undefined;
  return (key: Parameters<ReturnType<typeof packageFunctions>>[0]) => {
    source ??= packageFunctions({ stackFolder, allowMissing, policy: readPolicy(name) });
    return source(key);
  };
}

function isUsageError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
