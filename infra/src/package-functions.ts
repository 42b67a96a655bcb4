import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NotFoundError } from '@hitl/core';
import type { FunctionCode } from './constructs/service-function.ts';
import { createZip } from './create-zip.ts';
import {
  type FunctionDefinition,
  type FunctionKey,
  functionCatalog,
  functionKeys,
} from './function-catalog.ts';

/** Where a function's package comes from; tests and a plan without built code bring their own. */
export type CodeSource = (key: FunctionKey) => FunctionCode;

const policyFile = 'policy.json';
/** Where Lambda unpacks it. */
export const policyPath: string = `/var/task/${policyFile}`;

const functionsFolder = fileURLToPath(new URL('../../functions', import.meta.url));

export interface PackageFunctionsOptions {
  /** The folder that Terraform runs in: packages are written below it and named relative to it. */
  readonly stackFolder: string;
  /** The environment's policy as JSON, for the functions that decide: who changes it changes their packages. */
  readonly policy: string;
  /** Holds one built folder per function. */
  readonly functionsFolder?: string;
  /** True: a function that is not built gets an empty package. Good for validating, useless for applying. */
  readonly allowMissing?: boolean;
}

/**
 * Packs what was built into one zip per function, beside the synthesized stack.
 * @throws NotFoundError that names every function that is not built.
 */
export function packageFunctions(options: PackageFunctionsOptions): CodeSource {
  const { stackFolder, policy, allowMissing = false } = options;
  const root = options.functionsFolder ?? functionsFolder;
  const distOf = (key: FunctionKey) => join(root, functionCatalog[key].folder, 'dist');
  const missing = functionKeys.filter((key) => !existsSync(join(distOf(key), 'index.mjs')));
  if (missing.length > 0 && !allowMissing) {
    throw new NotFoundError(`not built yet: ${missing.join(', ')}; run npm run build first`);
  }
  const packagesFolder = join(stackFolder, 'packages');
  mkdirSync(packagesFolder, { recursive: true });
  const packages = new Map(
    functionKeys.map((key): [FunctionKey, FunctionCode] => {
      // The source map stays beside the bundle: it is for reading a stack trace, not for the function.
      const files = missing.includes(key)
        ? []
        : readdirSync(distOf(key)).filter((file) => !file.endsWith('.map'));
      const { decides }: FunctionDefinition = functionCatalog[key];
      const zip = createZip([
        ...(files.length === 0
          ? [{ path: 'index.mjs', content: Buffer.from('export {};\n') }]
          : files.map((path) => ({ path, content: readFileSync(join(distOf(key), path)) }))),
        ...(decides ? [{ path: policyFile, content: Buffer.from(policy) }] : []),
      ]);
      writeFileSync(join(packagesFolder, `${key}.zip`), zip);
      return [
        key,
        { filename: `packages/${key}.zip`, hash: createHash('sha256').update(zip).digest('base64') },
      ];
    }),
  );
  return (key) => packages.get(key) as FunctionCode;
}
