import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type McpServerSpec, serveHttp } from '../src/index.ts';
import { conformanceFixtures } from './conformance-fixtures.ts';

/** Scenarios that these servers fail by design, with the reason. The run fails when one of them passes. */
export const notOffered: Readonly<Record<string, string>> = {
  'logging-set-level': 'no logging to clients: the record is the log',
  'completion-complete': 'no prompts or resources, so nothing to complete',
  'tools-call-with-logging': 'no logging to clients',
  'tools-call-with-progress': 'JSON answers carry no notifications',
  'tools-call-sampling': 'servers ask no model',
  'tools-call-elicitation': 'people are asked by approvals, never by a server',
  'server-sse-polling': 'stateless JSON answers: there is no stream to poll or resume',
  'server-sse-multiple-streams': 'stateless JSON answers: no session, no streams',
  'elicitation-sep1034-defaults': 'no elicitation',
  'elicitation-sep1330-enums': 'no elicitation',
  'resources-list': 'tools only',
  'resources-read-text': 'tools only',
  'resources-read-binary': 'tools only',
  'resources-templates-read': 'tools only',
  'resources-subscribe': 'tools only',
  'resources-unsubscribe': 'tools only',
  'prompts-list': 'tools only',
  'prompts-get-simple': 'tools only',
  'prompts-get-with-args': 'tools only',
  'prompts-get-embedded-resource': 'tools only',
  'prompts-get-with-image': 'tools only',
};

/**
 * Runs every server scenario of `@modelcontextprotocol/conformance` against the spec, with the suite's fixture tools added,
 * over HTTP. `exitCode` is 0 when exactly the scenarios of `notOffered` fail.
 */
export async function runServerConformance(spec: McpServerSpec) {
  const directory = await mkdtemp(join(tmpdir(), 'server-conformance-'));
  const server = await serveHttp({ ...spec, tools: [...spec.tools, ...conformanceFixtures] }, { port: 0 });
  try {
    const baseline = join(directory, 'expected-failures.yml');
    await writeFile(
      baseline,
      `server:\n${Object.keys(notOffered)
        .map((name) => `  - ${name}\n`)
        .join('')}`,
    );
    const suite = join(
      import.meta.dirname,
      '../node_modules/@modelcontextprotocol/conformance/dist/index.js',
    );
    const options = ['--url', server.url, '--suite', 'all', '--expected-failures', baseline, '-o', directory];
    return await new Promise<{ exitCode: number; output: string }>((resolve) => {
      execFile(process.execPath, [suite, 'server', ...options], (error, stdout, stderr) =>
        resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}${stderr}` }),
      );
    });
  } finally {
    await server.close();
    await rm(directory, { recursive: true });
  }
}
