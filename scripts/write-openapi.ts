// Rewrites the committed description of the HTTP API from the schemas that validate. A test fails while the two differ.
import { readFileSync, writeFileSync } from 'node:fs';
import { describeApi, routes } from '../functions/api/src/index.ts';

const root = new URL('../', import.meta.url);
const target = new URL('functions/api/openapi.json', root);
const { version } = JSON.parse(readFileSync(new URL('functions/api/package.json', root), 'utf8')) as {
  version: string;
};
writeFileSync(target, `${JSON.stringify(describeApi(routes, version), null, 2)}\n`);
