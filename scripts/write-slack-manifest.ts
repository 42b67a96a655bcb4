// Without arguments: rewrites the committed manifest of the Slack app; a test fails while it and the code differ. With an address:
// prints the manifest for that address.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { renderAppManifest } from '../packages/slack/src/manifest/render-app-manifest.ts';

const usage = `Usage: npm run slack-manifest [-- https://YOUR-API [--without-token-rotation]]

Prints the Slack app's manifest for that address, to be pasted at api.slack.com/apps. Without an address it rewrites
docs/slack-app-manifest.yaml.

  --without-token-rotation  for the local stack, which can't renew a token that was copied to it
  --help                    this text
`;

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'without-token-rotation': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [publicUrl, ...others] = positionals;
  const isRotating = !values['without-token-rotation'];
  if (values.help) process.stdout.write(usage);
  else if (others.length > 0) refuse(`one address is enough: ${others.join(' ')}`);
  else if (publicUrl === undefined && !isRotating)
    refuse('--without-token-rotation: say for which address, since the committed manifest has rotation');
  else if (publicUrl === undefined)
    writeFileSync(new URL('../docs/slack-app-manifest.yaml', import.meta.url), renderAppManifest());
  else if (URL.canParse(publicUrl) && new URL(publicUrl).protocol === 'https:')
    process.stdout.write(renderAppManifest(publicUrl, { tokenRotation: isRotating }));
  else refuse(`${publicUrl}: must be an https:// address; Slack takes no other`);
} catch (error) {
  refuse(error instanceof Error ? error.message : String(error));
}

function refuse(reason: string): void {
  process.stderr.write(`slack-manifest: ${reason}\n\n${usage}`);
  process.exitCode = 2;
}
