import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { compilePolicy, defaultPolicyPath, parsePolicy } from '@hitl/policy';
import { parse } from 'yaml';
import { environmentsFolder } from './load-deployment.ts';

/**
 * The policy that is deployed with an environment, as JSON: `environments/NAME.policy.yaml`, or the shipped one where there is none.
 * @throws PolicyFileError that names the file and the line of what is wrong.
 */
export function readPolicy(name: string, folder: string = environmentsFolder): string {
  const file = `${name}.policy.yaml`;
  const own = existsSync(join(folder, file));
  const source = own ? `environments/${file}` : 'default-policy.yaml';
  const text = readFileSync(own ? join(folder, file) : defaultPolicyPath, 'utf8');
  const checked = parsePolicy(text, source);
  compilePolicy(checked);
  const json = `${JSON.stringify(parse(text), null, 2)}\n`;
  if (!isDeepStrictEqual(parsePolicy(json, source).policy, checked.policy)) {
    throw new Error(`${source} says something else as JSON: write it without what JSON does not know`);
  }
  return json;
}
