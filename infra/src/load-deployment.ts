import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { InvalidInputError } from '@hitl/core';
import { type Deployment, deploymentSchema } from './environment-schema.ts';

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
  const module: unknown = await import(pathToFileURL(join(folder, `${name}.ts`)).href);
  const data =
    typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
  return parseDeployment(name, data);
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
