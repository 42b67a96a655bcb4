import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const suite = join(import.meta.dirname, '../node_modules/@modelcontextprotocol/conformance/dist/index.js');
const client = join(import.meta.dirname, 'conformance-client.ts');

const scenarios = ['initialize', 'tools_call', 'sse-retry'];

/** Everything else in the suite needs what this client does not offer, by design, and therefore does not advertise. */
const notApplicable = [
  // Elicitation: nobody sits in front of this client; people are asked through approvals only.
  /^elicitation-/,
  // OAuth: servers are reached with the operator's bearer token.
  /^auth\//,
];

let output = '';
beforeAll(() => {
  output = mkdtempSync(join(tmpdir(), 'mcp-conformance-'));
});
afterAll(() => rmSync(output, { recursive: true, force: true }));

describe('the MCP conformance suite', () => {
  it.each(scenarios)('passes %s', async (scenario) => {
    const { stdout, stderr } = await run(process.execPath, [
      suite,
      'client',
      '--command',
      `${process.execPath} ${client}`,
      '--scenario',
      scenario,
      '--timeout',
      '20000',
      '-o',
      output,
    ]);
    expect(`${stdout}${stderr}`).toMatch(/Passed: (\d+)\/\1, 0 failed, 0 warnings/);
  });

  it('has no client scenario that is neither passed nor known not to apply', async () => {
    const { stdout } = await run(process.execPath, [suite, 'list']);
    const listed = stdout
      .slice(stdout.indexOf('Client scenarios'))
      .split('\n')
      .map((line) => /^\s+- (\S+)/.exec(line)?.[1])
      .filter((name) => name !== undefined);
    expect(listed.length).toBeGreaterThan(20);
    const open = listed.filter((name) => !notApplicable.some((pattern) => pattern.test(name)));
    expect(open.sort()).toEqual([...scenarios].sort());
  });
});
