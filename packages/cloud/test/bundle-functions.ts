import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../..', import.meta.url));
export const bundledFunctions = [
  'api',
  'advance',
  'request-approval',
  'expire-approval',
  'slack-ingress',
  'slack-worker',
] as const;

/** Functions as `npm run build` makes them, in a folder of their own. */
export async function bundleFunctions(folder: string): Promise<void> {
  const { bundlePlugins } = (await import('../../../scripts/bundle-plugins.mjs' as string)) as {
    bundlePlugins: [];
  };
  await Promise.all(
    bundledFunctions.map((name) =>
      build({
        entryPoints: [join(root, 'functions', name, 'src/lambda.ts')],
        outfile: join(folder, `${name}.mjs`),
        bundle: true,
        minify: true,
        platform: 'node',
        target: 'node22',
        format: 'esm',
        mainFields: ['module', 'main'],
        banner: {
          js: "import{createRequire as hitlRequire}from'node:module';const require=hitlRequire(import.meta.url);",
        },
        plugins: bundlePlugins,
      }),
    ),
  );
}
