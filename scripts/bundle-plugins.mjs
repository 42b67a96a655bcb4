// What our functions leave out of the packages that they bundle, and what they take along.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Replaces the files whose path matches by what `contents` makes of it. */
function replacing(name, filter, contents) {
  return {
    name,
    setup(builder) {
      builder.onLoad({ filter }, async ({ path }) => ({
        contents: await contents(path),
        loader: path.endsWith('.ts') ? 'ts' : 'js',
        resolveDir: dirname(path),
      }));
    },
  };
}

export const bundlePlugins = [
  // zod carries its error texts in 40 languages; English is a quarter of a megabyte smaller.
  replacing(
    'english-only',
    /zod[\\/]v4[\\/]locales[\\/]index\.js$/,
    () => "export { default as en } from './en.js';",
  ),
  // A namespace that is one export is bundled whole; one that is imported as such only as far as it is used.
  replacing('shaken-zod', /[\\/](packages|functions)[\\/][\w-]+[\\/]src[\\/][^\0]*\.ts$/, async (path) =>
    path.endsWith('load-default-policy.ts')
      ? inlinedPolicy(path)
      : (await readFile(path, 'utf8')).replace("import { z } from 'zod';", "import * as z from 'zod';"),
  ),
  // The models that we ask are objects of ours, never names that a gateway would look up.
  replacing(
    'no-model-gateway',
    /[\\/]@ai-sdk[\\/]gateway[\\/]dist[\\/]index\.js$/,
    () => `export class GatewayError extends Error { static isInstance() { return false; } }
export class GatewayAuthenticationError extends GatewayError {}
export const createGateway = () => { throw new GatewayError('models are not looked up by name here'); };
export const gateway = createGateway;`,
  ),
  // Schemas, tool factories and classes are made at the top of these files: one that nobody uses need not be made.
  replacing('shaken-models', /[\\/](@ai-sdk[\\/][\w-]+|ai)[\\/]dist[\\/][^\0]*\.js$/, async (path) =>
    (await readFile(path, 'utf8'))
      .replaceAll(
        /import \{ z( as \w+)? \} from "zod\/v4";/g,
        (_whole, name) => `import *${name ?? ' as z'} from "zod/v4";`,
      )
      .replaceAll(/^((?:var|const|let) [\w$]+ = )(?=[\w$.]+\()/gm, '$1/* @__PURE__ */ ')
      .replaceAll(
        /^var ([\w$]+) = (class\b[^\n]*\{\n[\s\S]*?^\});$/gm,
        'var $1 = /* @__PURE__ */ (() => $2)();',
      )
      .replaceAll(/(?<![\w$.])(?=z\d*\.\w+\()/g, '/* @__PURE__ */ '),
  ),
  // Its other build is made of modules, which can be taken in part.
  {
    name: 'shaken-yaml',
    setup(builder) {
      builder.onResolve({ filter: /^yaml$/ }, async ({ resolveDir, kind }) => {
        const { path } = await builder.resolve('yaml/package.json', { resolveDir, kind });
        return { path: join(dirname(path), 'browser/dist/index.js'), sideEffects: false };
      });
    },
  },
  // A computed key keeps an object that nobody uses; with its name written out it can go.
  replacing('shaken-aws-shapes', /[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/, async (path) => {
    const text = await readFile(path, 'utf8');
    const names = new Map(
      [...text.matchAll(/^const (_\w+) = ("[^"]*");$/gm)].map(([, id, name]) => [id, name]),
    );
    return text.replaceAll(/\[(_\w+)\]:/g, (whole, id) => (names.has(id) ? `${names.get(id)}:` : whole));
  }),
  // Lambda hands credentials over in the environment, and nowhere else: no profiles, no sign-on, no metadata service.
  replacing(
    'credentials-of-lambda',
    /credential-provider-node[\\/]dist-es[\\/]index\.js$/,
    () =>
      "import { fromEnv } from '@aws-sdk/credential-provider-env';\nexport const defaultProvider = () => fromEnv();",
  ),
];

/** The policy that ships stands beside its package; a bundle has to hold it. */
async function inlinedPolicy(path) {
  const text = await readFile(join(dirname(path), '../default-policy.yaml'), 'utf8');
  return `import { parsePolicy } from './parse-policy.ts';
export const defaultPolicyPath = 'default-policy.yaml';
export const loadDefaultPolicy = () => parsePolicy(${JSON.stringify(text)}, defaultPolicyPath);`;
}
