import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { World } from './open-world.ts';
import { type CommandResult, runCommand } from './run-command.ts';

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const versionSchema = z.object({ Key: z.string(), VersionId: z.string() });
const versionsSchema = z.object({
  Versions: z.array(versionSchema).default([]),
  DeleteMarkers: z.array(versionSchema).default([]),
});
const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a person has at a terminal: the deploy script, the AWS CLI, and the product's own command line, with their own keys. */
export interface Engineer {
  deploy(...args: string[]): Promise<CommandResult>;
  /** The AWS CLI's JSON answer. @throws when it fails, with what it said. */
  aws(...args: string[]): Promise<Record<string, unknown>>;
  hitl(...args: string[]): Promise<CommandResult>;
  /** A program of the checkout. */
  node(...args: string[]): Promise<CommandResult>;
  /** With all versions of what was ever in it. */
  emptyBucket(bucket: string): Promise<void>;
  /** For files of their own. */
  readonly folder: string;
}

export function createEngineer(world: World, key: AccessKey): Engineer {
  const { env, region } = world.aws;
  const own = {
    PATH: process.env.PATH,
    HOME: world.folder,
    TMPDIR: world.folder,
    TF_PROVIDER_MIRROR: process.env.TF_PROVIDER_MIRROR,
    HITL_DEPLOY_FOLDER: join(world.folder, 'deploy'),
    CHECKPOINT_DISABLE: '1',
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    ...env,
    // The registry is no part of the emulated world: it is asked where no mirror is at hand.
    NO_PROXY: `${env.NO_PROXY},registry.terraform.io,releases.hashicorp.com,registry.opentofu.org,github.com`,
  };
  const run = (command: string, args: readonly string[], more: Record<string, string> = {}) =>
    runCommand(command, args, { cwd: root, env: { ...own, ...more } });
  const engineer: Engineer = {
    folder: world.folder,
    deploy: (...args) => run(join(root, 'scripts/deploy.sh'), args),
    async aws(...args) {
      const result = await run('aws', [...args, '--region', region, '--output', 'json']);
      if (result.status !== 0) throw new Error(`aws ${args.slice(0, 2).join(' ')}: ${result.output}`);
      return z.record(z.string(), z.unknown()).parse(JSON.parse(result.stdout || '{}'));
    },
    hitl: (...args) =>
      run(process.execPath, ['packages/cli/src/main.ts', ...args], {
        NODE_USE_ENV_PROXY: '1',
        NODE_NO_WARNINGS: '1',
        DATA_DIR: join(world.folder, 'cli'),
      }),
    node: (...args) => run(process.execPath, args),
    async emptyBucket(bucket) {
      const listed = await engineer.aws('s3api', 'list-object-versions', '--bucket', bucket);
      const { Versions, DeleteMarkers } = versionsSchema.parse(listed);
      for (const { Key, VersionId } of [...Versions, ...DeleteMarkers]) {
        const one = ['--bucket', bucket, '--key', Key, '--version-id', VersionId];
        await engineer.aws('s3api', 'delete-object', ...one);
      }
    },
  };
  return engineer;
}
