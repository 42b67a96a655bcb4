// Without an address: rewrites the committed manifest of the Slack app; a test fails while it and the code differ. With one, e.g.
// `npm run slack-manifest -- https://hitl.example.org`: prints the manifest for that address.
import { writeFileSync } from 'node:fs';
import { renderAppManifest } from '../packages/slack/src/manifest/render-app-manifest.ts';

const [publicUrl] = process.argv.slice(2);
if (publicUrl === undefined)
  writeFileSync(new URL('../docs/slack-app-manifest.yaml', import.meta.url), renderAppManifest());
else if (URL.canParse(publicUrl) && new URL(publicUrl).protocol === 'https:')
  process.stdout.write(renderAppManifest(publicUrl));
else {
  process.stderr.write('usage: npm run slack-manifest [-- https://YOUR-API]; Slack takes https only\n');
  process.exitCode = 2;
}
