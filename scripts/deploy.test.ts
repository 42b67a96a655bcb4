import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..');
let folder: string;

/** A checkout of its own with stand-ins on the path: what they are called with is what the script does. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hitl-deploy-'));
  mkdirSync(join(folder, 'scripts'));
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'environments'));
  cpSync(join(root, 'scripts/deploy.sh'), join(folder, 'scripts/deploy.sh'));
  for (const name of ['bootstrap', 'dev', 'staging', 'prod'])
    writeFileSync(join(folder, 'environments', `${name}.ts`), '');
  // The path holds these alone, so that no Terraform of the machine is found on it.
  for (const name of [
    'bash',
    'basename',
    'cat',
    'dirname',
    'head',
    'ln',
    'mkdir',
    'mktemp',
    'paste',
    'rm',
    'sed',
    'tee',
  ]) {
    const found = ['/usr/bin', '/bin'].map((at) => join(at, name)).find((path) => existsSync(path));
    if (found !== undefined) symlinkSync(found, join(folder, 'bin', name));
  }
  // Says what it is asked, fails where it is told to.
  program(
    'terraform',
    `printf 'terraform %s\\n' "\${*#-chdir=*/stacks/}" >> "$LOG"
shift
if [ "$1" = "\${FAIL_AT-}" ]; then printf '%s\\n' "$FAILURE" >&2; exit 1; fi
if [ "$1" = output ]; then printf '%s' "\${OUTPUT-{\\}}"; fi`,
  );
  program(
    'aws',
    `printf 'aws %s\\n' "$*" >> "$LOG"
case "$1" in
  sts) if [ -n "\${NO_CREDENTIALS-}" ]; then echo 'Unable to locate credentials' >&2; exit 255; fi; echo 111122223333 ;;
  s3api) if [ -z "\${STATE_IN_BUCKET-}" ]; then printf '%s\\n' "\${HEAD_FAILURE-An error occurred (404) when calling the HeadObject operation: Not Found}" >&2; exit 254; fi ;;
esac`,
  );
  program(
    'fake-node',
    `case "$2" in
  */main.ts)
    printf 'synthesize %s\\n' "\${*:3}" >> "$LOG"
    mkdir -p "$STACKS/$3"
    kind=environment; protected=false; deployment=all_at_once
    if [ "$3" = bootstrap ]; then kind=bootstrap; fi
    if [ "$3" = prod ]; then protected=true; deployment=canary; fi
    printf 'stack_folder=%s\\nkind=%s\\nregion=us-east-1\\naccount_id=%s\\nbootstrap=bootstrap\\nprotected=%s\\ndeployment=%s\\nstate_bucket=hitl-mcp-state-ACCOUNT-us-east-1\\nstate_key=%s/terraform.tfstate\\n' \\
      "$STACKS/$3" "$kind" "\${PINNED-}" "$protected" "$deployment" "$3" ;;
  *) printf 'node %s\\n' "\${2##*/} \${*:3}" >> "$LOG" ;;
esac`,
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, script: string) {
  const path = join(folder, 'bin', name);
  writeFileSync(path, `#!/usr/bin/env bash\n${script}\n`);
  chmodSync(path, 0o755);
}

function deploy(
  args: string,
  options: { readonly input?: string; readonly env?: Record<string, string> } = {},
) {
  const log = join(folder, 'log');
  rmSync(log, { force: true });
  const { status, stdout, stderr } = spawnSync(
    join(folder, 'scripts/deploy.sh'),
    [...args.split(' '), '--no-build'],
    {
      encoding: 'utf8',
      input: options.input ?? '',
      env: {
        PATH: join(folder, 'bin'),
        HITL_NODE: join(folder, 'bin/fake-node'),
        LOG: log,
        STACKS: join(folder, 'stacks'),
        ...options.env,
      },
    },
  );
  const calls = existsSync(log)
    ? readFileSync(log, 'utf8').trim().replaceAll(`${folder}/`, '').split('\n')
    : [];
  return { status, stdout, stderr, calls, terraform: calls.filter((call) => call.startsWith('terraform')) };
}

const bucket = '-backend-config=bucket=hitl-mcp-state-111122223333-us-east-1';

describe('deploy.sh', () => {
  it('explains itself', () => {
    const { status, stdout, calls } = deploy('--help');
    expect({ status, calls }).toEqual({ status: 0, calls: [] });
    for (const word of ['bootstrap', 'plan', 'apply', 'destroy', 'output', 'validate', '--yes']) {
      expect(stdout).toContain(word);
    }
  });

  it.each([
    ['', 'which environment? One of: bootstrap dev prod staging'],
    ['production plan', 'unknown environment "production"; there are: bootstrap dev prod staging'],
    ['dev', 'which action? One of: plan apply destroy output validate'],
    ['dev deploy', 'unknown action "deploy"'],
    ['dev plan --force', 'unknown option --force'],
    ['dev plan --account 12', '--account must be 12 digits'],
    // A variable that is not set, in quotes.
    ['dev apply --yes --account ', '--account needs a value'],
    ['dev plan --tool ', '--tool needs a value'],
    ['dev plan --tool pulumi', '--tool must be terraform or tofu'],
  ])('refuses "%s" and does nothing', (args, message) => {
    const { status, stderr, calls } = deploy(args.trimStart());
    expect({ status, calls }).toEqual({ status: 2, calls: [] });
    expect(stderr).toContain(message);
  });

  it('applies exactly the plan that it showed, with the state in the bucket of the account', () => {
    const { status, calls } = deploy('dev apply');
    expect(status).toBe(0);
    expect(calls).toEqual([
      'synthesize dev',
      'aws sts get-caller-identity --query Account --output text',
      `terraform dev init -input=false -reconfigure ${bucket}`,
      'terraform dev plan -input=false -lock-timeout=60s -out=stacks/dev/plan.tfplan',
      'terraform dev apply -input=false -lock-timeout=60s stacks/dev/plan.tfplan',
    ]);
  });

  it('only plans when it is asked to plan', () => {
    expect(deploy('staging plan').terraform.at(-1)).toMatch(/^terraform staging plan /);
  });

  it('validates without an account', () => {
    const { status, calls } = deploy('prod validate', { env: { NO_CREDENTIALS: '1' } });
    expect(status).toBe(0);
    expect(calls).toEqual([
      'synthesize prod --allow-missing-code',
      'terraform prod init -backend=false -input=false',
      'terraform prod validate',
    ]);
  });

  it('takes providers from a mirror where one is named, and says when it is not there', () => {
    program('terraform', 'if [ "$2" = init ]; then cat "$TF_CLI_CONFIG_FILE" >> "$LOG"; fi');
    const { status, calls } = deploy('dev validate', { env: { TF_PROVIDER_MIRROR: folder } });
    expect(status).toBe(0);
    expect(calls.join(' ')).toMatch(/provider_installation \{ +filesystem_mirror \{ +path = "/);
    const missing = deploy('dev validate', { env: { TF_PROVIDER_MIRROR: join(folder, 'nowhere') } });
    expect(missing).toMatchObject({ status: 1, calls: [] });
    expect(missing.stderr).toContain('TF_PROVIDER_MIRROR: there is no folder');
  });

  it('shows OpenTofu a mirror of Terraform’s registry under the name of its own, package by package', () => {
    program(
      'tofu',
      'if [ "$2" = init ]; then cp -RP "$(sed -n \'s/.*path = "\\(.*\\)"/\\1/p\' "$TF_CLI_CONFIG_FILE")" "$COPY"; fi',
    );
    symlinkSync('/bin/cp', join(folder, 'bin/cp'));
    const mirror = join(folder, 'a mirror');
    const terraforms = join(mirror, 'registry.terraform.io/hashicorp/aws');
    mkdirSync(join(terraforms, '5.100.0/linux_amd64'), { recursive: true });
    writeFileSync(join(terraforms, '5.100.0/linux_amd64/terraform-provider-aws'), 'unpacked');
    writeFileSync(join(terraforms, 'terraform-provider-aws_5.99.0_linux_amd64.zip'), 'packed');
    const copy = join(folder, 'copy');
    const { status } = deploy('dev validate --tool tofu', {
      env: { TF_PROVIDER_MIRROR: mirror, COPY: copy },
    });
    expect(status).toBe(0);
    const tofus = join(copy, 'registry.opentofu.org/hashicorp/aws');
    expect(readFileSync(join(tofus, '5.100.0/linux_amd64/terraform-provider-aws'), 'utf8')).toBe('unpacked');
    expect(readFileSync(join(tofus, 'terraform-provider-aws_5.99.0_linux_amd64.zip'), 'utf8')).toBe('packed');
    expect(lstatSync(join(tofus, '5.100.0/linux_amd64')).isSymbolicLink()).toBe(true);
    expect(lstatSync(join(tofus, '5.100.0')).isSymbolicLink()).toBe(false);
  });

  it('prints outputs alone on standard output', () => {
    const { stdout, calls } = deploy('dev output', { env: { OUTPUT: '{"api_url":{}}' } });
    expect(stdout).toBe('{"api_url":{}}');
    expect(calls.at(-1)).toBe('terraform dev output');
  });

  it.each([
    ['prod apply', 'prod\n', 0],
    ['prod apply', 'yes\n', 3],
    ['prod apply', '', 3],
    ['dev destroy', 'dev\n', 0],
    ['dev destroy', 'prod\n', 3],
    ['bootstrap destroy', '', 3],
  ])('asks before "%s": the answer %j ends with %i', (args, input, expected) => {
    const { status, terraform } = deploy(args, { input });
    expect(status).toBe(expected);
    expect(terraform.some((call) => /^terraform \w+ apply /.test(call))).toBe(expected === 0);
  });

  it('says after a removal what was not Terraform’s, and how to list it', () => {
    const { status, stderr } = deploy('dev destroy --yes');
    expect(status).toBe(0);
    expect(stderr).toContain('live on until the app is uninstalled');
    expect(stderr).toMatch(
      /\naws secretsmanager list-secrets --region us-east-1 --filters Key=name,Values=agentcore-dev\/slack\/,agentcore-dev\/initial-passwords\/ /,
    );
    expect(deploy('bootstrap destroy --yes').stderr).not.toContain('list-secrets');
    expect(deploy('dev destroy', { input: 'no' }).stderr).not.toContain('list-secrets');
  });

  it('asks nothing with --yes', () => {
    expect(deploy('dev destroy --yes').terraform.at(-1)).toMatch(/^terraform dev apply .*plan\.tfplan$/);
  });

  it('takes --yes for prod only with the account it is meant for', () => {
    expect(deploy('prod apply --yes')).toMatchObject({ status: 3, terraform: [] });
    expect(deploy('prod apply --yes --account 111122223333').status).toBe(0);
    expect(deploy('prod apply --yes', { env: { PINNED: '111122223333' } }).status).toBe(0);
  });

  it.each([
    ['dev plan', { PINNED: '999988887777' }],
    ['dev apply --account 999988887777', {}],
  ])('refuses another account: %s', (args, env) => {
    const { status, stderr, terraform } = deploy(args, { env });
    expect({ status, terraform }).toEqual({ status: 3, terraform: [] });
    expect(stderr).toContain(
      'dev belongs to account 999988887777, but your credentials are for account 111122223333',
    );
  });

  it('has CodeDeploy shift the new versions in prod', () => {
    const { calls } = deploy('prod apply', { input: 'prod\n', env: { OUTPUT: '{"prod_api":"2"}' } });
    expect(calls.at(-1)).toBe(
      'node shift-aliases.ts --app prod-hitl --region us-east-1 --versions {"prod_api":"2"}',
    );
  });

  describe('bootstrap', () => {
    const local = '-backend-config=path=infra/state/bootstrap-111122223333.tfstate';

    it('begins with its state on this machine', () => {
      expect(deploy('bootstrap apply').terraform[0]).toBe(
        `terraform bootstrap init -input=false -reconfigure ${local}`,
      );
    });

    it('moves its state into the bucket that it made', () => {
      const { calls } = deploy('bootstrap apply --state-in-bucket');
      expect(calls.slice(-2)).toEqual([
        'synthesize bootstrap --state bucket',
        `terraform bootstrap init -input=false -migrate-state -force-copy ${bucket}`,
      ]);
      expect(deploy('dev apply --state-in-bucket').status).toBe(2);
    });

    it('finds its state in the bucket from then on', () => {
      const { terraform } = deploy('bootstrap plan', { env: { STATE_IN_BUCKET: '1' } });
      expect(terraform[0]).toBe(`terraform bootstrap init -input=false -reconfigure ${bucket}`);
    });

    it.each(['(404)', '(NoSuchKey)'])('begins on this machine where the bucket answers %s', (answer) => {
      const { terraform } = deploy('bootstrap plan', {
        env: { HEAD_FAILURE: `An error occurred ${answer}` },
      });
      expect(terraform[0]).toContain(local);
    });

    it.each([
      [
        'An error occurred (403) when calling the HeadObject operation: Forbidden',
        'Your credentials may not',
      ],
      ['Unable to locate credentials', 'There are no valid AWS credentials'],
      ['Could not connect to the endpoint URL', ''],
    ])('begins no second state where nobody could look: %s', (failure, advice) => {
      const { status, stderr, terraform } = deploy('bootstrap apply', { env: { HEAD_FAILURE: failure } });
      expect({ status, terraform }).toEqual({ status: 1, terraform: [] });
      expect(stderr).toContain(failure);
      expect(stderr).toContain(advice);
    });

    it('takes its state out of the bucket before it destroys it', () => {
      const { terraform } = deploy('bootstrap destroy', {
        input: 'bootstrap\n',
        env: { STATE_IN_BUCKET: '1' },
      });
      expect(terraform.slice(0, 2)).toEqual([
        `terraform bootstrap init -input=false -reconfigure ${bucket}`,
        `terraform bootstrap init -input=false -migrate-state -force-copy ${local}`,
      ]);
    });
  });

  describe('says what to do', () => {
    it.each([
      [
        'init',
        'Error: Failed to get existing workspaces: S3 bucket "x" does not exist.',
        'run scripts/deploy.sh bootstrap apply first',
      ],
      ['init', 'Error: No valid credential sources found', 'run aws sso login'],
      [
        'plan',
        'AccessDenied: User is not authorized to perform: s3:GetObject',
        'Your credentials may not do this',
      ],
      [
        'plan',
        'Error: Error acquiring the state lock\n  ID:        0f2e6c1a-1111-2222-3333-444455556666',
        'force-unlock 0f2e6c1a-1111-2222-3333-444455556666',
      ],
      ['apply', 'api error BucketNotEmpty', 'force_destroy: true'],
      [
        'apply',
        'NoSuchEntity: Scope ARN: arn:aws:iam::111122223333:policy/hitl-mcp-boundary-dev does not exist or is not attachable.',
        'The bootstrap has not made the boundary of the roles of dev yet',
      ],
    ])('when %s fails with "%s"', (at, failure, advice) => {
      const { status, stderr } = deploy('dev apply', { env: { FAIL_AT: at, FAILURE: failure } });
      expect(status).toBe(1);
      expect(stderr).toContain(failure);
      expect(stderr).toContain(advice);
    });

    it('when there are no credentials at all', () => {
      const { status, stderr, terraform } = deploy('dev plan', { env: { NO_CREDENTIALS: '1' } });
      expect({ status, terraform }).toEqual({ status: 1, terraform: [] });
      expect(stderr).toContain('There are no valid AWS credentials');
    });

    it('when there is no Terraform; OpenTofu will do', () => {
      rmSync(join(folder, 'bin/terraform'));
      expect(deploy('dev plan').stderr).toContain('neither terraform nor tofu is installed');
      program('tofu', `printf 'tofu %s\\n' "\${*#-chdir=*/stacks/}" >> "$LOG"`);
      expect(deploy('dev plan').calls.at(-1)).toMatch(/^tofu dev plan /);
    });
  });
});

const shellcheck = spawnSync('shellcheck', ['--version']).status === 0 ? it : it.skip;
shellcheck('the shell scripts pass shellcheck (skipped where it is not installed)', () => {
  const { status, stdout } = spawnSync(
    'shellcheck',
    [join(root, 'scripts/deploy.sh'), join(root, '.ci/run')],
    {
      encoding: 'utf8',
    },
  );
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});
