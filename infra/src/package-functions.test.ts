import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, inflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createZip } from './create-zip.ts';
import { functionCatalog, functionKeys } from './function-catalog.ts';
import { packageFunctions } from './package-functions.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hitl-packages-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function build(key: keyof typeof functionCatalog, text: string) {
  const dist = join(folder, 'functions', functionCatalog[key].folder, 'dist');
  mkdirSync(dist, { recursive: true });
  writeFileSync(join(dist, 'index.mjs'), text);
  writeFileSync(join(dist, 'index.mjs.map'), '{}');
}

const options = () => ({
  stackFolder: join(folder, 'stack'),
  functionsFolder: join(folder, 'functions'),
  policy: '{"version":1}',
});

describe('packaging', () => {
  it('packs what was built, without its source map', () => {
    for (const key of functionKeys) build(key, `export const handler = () => '${key}';`);
    const codeOf = packageFunctions(options());
    const { filename, hash } = codeOf('advance');
    expect(filename).toBe('packages/advance.zip');
    const zip = readFileSync(join(folder, 'stack', filename));
    expect(createHash('sha256').update(zip).digest('base64')).toBe(hash);
    expect(unzip(zip)).toEqual({
      'index.mjs': "export const handler = () => 'advance';",
      'policy.json': '{"version":1}',
    });
  });

  it('gives the policy to the functions that decide, and a change of it to their packages alone', () => {
    for (const key of functionKeys) build(key, 'export {};');
    const before = packageFunctions(options());
    const holders = functionKeys.filter(
      (key) => 'policy.json' in unzip(readFileSync(join(folder, 'stack', before(key).filename))),
    );
    expect(holders).toEqual(['api', 'advance', 'slack-worker']);
    const after = packageFunctions({ ...options(), policy: '{"version":2}' });
    expect(functionKeys.filter((key) => after(key).hash !== before(key).hash)).toEqual(holders);
  });

  it('is the same byte for byte for the same code, whenever it was built', () => {
    for (const key of functionKeys) build(key, 'export {};');
    const first = packageFunctions(options())('api');
    const file = join(folder, 'functions/api/dist/index.mjs');
    utimesSync(file, new Date(0), new Date(0));
    expect(packageFunctions(options())('api')).toEqual(first);
    build('api', 'export { };');
    expect(packageFunctions(options())('api').hash).not.toBe(first.hash);
  });

  it('names every function that is not built', () => {
    for (const key of functionKeys.filter((k) => k !== 'api' && k !== 'jira-mcp')) build(key, 'export {};');
    expect(() => packageFunctions(options())).toThrow(
      'not built yet: api, jira-mcp; run npm run build first',
    );
    expect(packageFunctions({ ...options(), allowMissing: true })('api').filename).toBe('packages/api.zip');
  });

  it('does not depend on the order of files', () => {
    const a = { path: 'a.txt', content: Buffer.from('a') };
    const b = { path: 'b.txt', content: Buffer.from('b') };
    expect(createZip([a, b])).toEqual(createZip([b, a]));
  });
});

/** Reads by the central directory, as every unpacker does. */
function unzip(zip: Buffer): Record<string, string> {
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  const files: Record<string, string> = {};
  let at = zip.readUInt32LE(end + 16);
  for (let index = 0; index < zip.readUInt16LE(end + 10); index += 1) {
    expect(zip.toString('latin1', at, at + 4)).toBe('PK\x01\x02');
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const start = zip.readUInt32LE(at + 42) + 30 + nameLength;
    const content = inflateRawSync(zip.subarray(start, start + zip.readUInt32LE(at + 20)));
    expect(crc32(content)).toBe(zip.readUInt32LE(at + 16));
    expect(content.length).toBe(zip.readUInt32LE(at + 24));
    files[name] = content.toString('utf8');
    at += 46 + nameLength;
  }
  return files;
}
