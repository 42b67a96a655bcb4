import { type AppManifestOptions, createAppManifest } from './create-app-manifest.ts';
import { toYaml } from './to-yaml.ts';

/** Stands for the address of whoever installs; `.example` never resolves. */
export const placeholderUrl = 'https://hitl.example.com';

/** The manifest as a file for Slack's "From a manifest". */
export function renderAppManifest(
  publicUrl: string = placeholderUrl,
  options: AppManifestOptions = {},
): string {
  const note =
    publicUrl === placeholderUrl
      ? `# Generated from packages/slack/src/manifest by \`npm run slack-manifest\`. Replace ${placeholderUrl} with your API's URL,\n# or let \`npm run slack-manifest -- https://your-api\` print it so.\n`
      : '';
  return `${note}${toYaml(createAppManifest(publicUrl, options))}`;
}
