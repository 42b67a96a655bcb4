import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { InvalidInputError } from '@hitl/core';
import { type Bootstrap, type Deployment, deploymentSchema, type Environment } from './environment-schema.ts';

export const environmentsFolder: string = fileURLToPath(new URL('../../environments', import.meta.url));

/** The names that can be deployed: one per file. */
export function listDeployments(folder: string = environmentsFolder): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

/**
 * The checked content of `environments/NAME.ts`. There is no default: a missing name would otherwise mean some environment.
 * @throws InvalidInputError when the name is missing or unknown, or the file's data is wrong; it names each wrong field.
 */
export async function loadDeployment(
  name: string | undefined,
  folder: string = environmentsFolder,
): Promise<Deployment> {
  const known = listDeployments(folder);
  if (name === undefined || name === '') {
    throw invalid('environment', `is not set; it must be one of ${known.join(', ')}`);
  }
  // The name is compared with the list, so that it cannot lead out of the folder.
  if (!known.includes(name) || !existsSync(join(folder, `${name}.ts`))) {
    throw invalid('environment', `"${name}" is unknown; it must be one of ${known.join(', ')}`);
  }
  const deployment = parseDeployment(name, await readFile(name, folder));
  if (deployment.kind === 'environment') await refuseSharedNames(name, known, folder);
  return deployment;
}

/**
 * The bootstrap whose bucket holds the environment's state.
 * @throws InvalidInputError when there is none of that name in the environment's region.
 */
export async function loadBootstrapOf(
  environment: Environment,
  folder: string = environmentsFolder,
): Promise<Bootstrap> {
  const { bootstrap: name, aws_region: region } = environment;
  const found = listDeployments(folder).includes(name) ? await loadDeployment(name, folder) : undefined;
  if (found?.kind !== 'bootstrap') throw invalid('bootstrap', `"${name}" is no bootstrap's file`);
  if (found.aws_region !== region) {
    throw invalid('bootstrap', `"${name}" is for ${found.aws_region}, and this environment in ${region}`);
  }
  return found;
}

/** Rights are given by the beginning of names: what is called `dev-…` belongs to `dev`, so no other environment may be called so. */
async function refuseSharedNames(name: string, known: readonly string[], folder: string): Promise<void> {
  for (const other of known) {
    const [shorter, longer] = name.length < other.length ? [name, other] : [other, name];
    if (!longer.startsWith(`${shorter}-`)) continue;
    // A bootstrap makes nothing that is named after it.
    const data = await readFile(other, folder);
    if (typeof data !== 'object' || data === null || Reflect.get(data, 'kind') === 'bootstrap') continue;
    throw invalid(
      'environment',
      `"${longer}" begins with the name of "${shorter}" and a dash, so the names of its parts would be among those of "${shorter}": call it otherwise`,
    );
  }
}

async function readFile(name: string, folder: string): Promise<unknown> {
  const module: unknown = await import(pathToFileURL(join(folder, `${name}.ts`)).href);
  return typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
}

/** @throws InvalidInputError that names each wrong field and the file. */
export function parseDeployment(name: string, data: unknown): Deployment {
  const parsed = deploymentSchema.safeParse(data);
  if (!parsed.success) {
    const errors = parsed.error.issues.flatMap((issue) => {
      const path = issue.path.join('.');
      if (issue.code !== 'unrecognized_keys')
        return [{ path: path || 'default export', message: issue.message }];
      return issue.keys.map((key) => ({ path: path === '' ? key : `${path}.${key}`, message: 'is unknown' }));
    });
    const list = errors.map((error) => `${error.path} ${error.message}`).join('; ');
    throw new InvalidInputError(`environments/${name}.ts: ${list}`, { errors });
  }
  if (parsed.data.kind === 'environment' && parsed.data.environment !== name) {
    throw invalid('environment', `must be "${name}", as the file is called`);
  }
  return parsed.data;
}

function invalid(path: string, message: string): InvalidInputError {
  return new InvalidInputError(`${path} ${message}`, { errors: [{ path, message }] });
}
