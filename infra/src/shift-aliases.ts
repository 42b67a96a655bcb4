import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { shiftAliases } from './deploy-versions.ts';

const versionsSchema = z.record(z.string(), z.string());

const { values } = parseArgs({
  options: { app: { type: 'string' }, region: { type: 'string' }, versions: { type: 'string' } },
});
const { app, region, versions } = values;
if (app === undefined || region === undefined || versions === undefined) {
  process.stderr.write('usage: shift-aliases.ts --app NAME --region REGION --versions JSON\n');
  process.exit(2);
}

try {
  shiftAliases({
    app,
    versions: versionsSchema.parse(JSON.parse(versions)),
    say: (line) => process.stderr.write(`${line}\n`),
    aws(args) {
      const { status, stdout, stderr } = spawnSync('aws', [...args, '--region', region], {
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`aws ${args.slice(0, 2).join(' ')}: ${stderr.trim()}`);
      return stdout.trim();
    },
  });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
