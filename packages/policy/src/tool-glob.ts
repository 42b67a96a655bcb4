import { compileGlob, isExact } from './glob.ts';

export type ToolTest = (server: string, tool: string) => boolean;

const separator = '/';

/** What is wrong with a `tools` entry, or `undefined`. */
export function toolGlobProblem(pattern: string): string | undefined {
  const stray = globProblem(pattern);
  if (stray !== undefined) return stray;
  if (pattern === '*') return undefined;
  const [server, tool] = splitToolGlob(pattern);
  if (server === '' || tool === '')
    return `"${pattern}" names no tool; write SERVER/TOOL, for example "google/list_*"`;
  return undefined;
}

/** What is wrong with a glob over one name, or `undefined`. */
export function globProblem(pattern: string): string | undefined {
  const stray = /[[\]{}\\!,\s]/.exec(pattern);
  if (stray === null) return undefined;
  return `"${pattern}" is not a glob: ${JSON.stringify(stray[0])} has no meaning; only * (any run of characters) and ? (one character) do`;
}

/** The server and the tool part. `*` alone is every tool of every server. */
export function splitToolGlob(pattern: string): readonly [server: string, tool: string] {
  if (pattern === '*') return ['*', '*'];
  const at = pattern.indexOf(separator);
  return at < 0 ? ['', ''] : [pattern.slice(0, at), pattern.slice(at + 1)];
}

/** The two parts are matched apart, so that a slash in a tool's name can't move the border between them. */
export function compileToolGlob(pattern: string): ToolTest {
  const [serverGlob, toolGlob] = splitToolGlob(pattern);
  const testServer = compileGlob(serverGlob);
  const testTool = compileGlob(toolGlob);
  return (server, tool) => testServer(server) && testTool(tool);
}

export function isExactTool(pattern: string): boolean {
  return isExact(pattern);
}
