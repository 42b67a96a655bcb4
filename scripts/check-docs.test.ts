import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

let folder: string;

/** Behaves like the real program as far as the check can see: a help text per command. */
const cli = `
const help = {
  '': 'Usage: hitl-mcp [options] [command]\\n\\nOptions:\\n  --api <url>\\n\\nCommands:\\n  run [options]  starts\\n  runs           lists\\n',
  run: 'Usage: hitl-mcp run\\n\\nOptions:\\n  --user-id <id>\\n  --wait [seconds]\\n',
  runs: 'Usage: hitl-mcp runs\\n\\nCommands:\\n  list  lists\\n  show <id>  shows\\n',
};
console.log(help[process.argv.slice(2, -1).join(' ')] ?? '');
`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hitl-docs-'));
  write('package.json', '{"scripts":{"start":"x","test":"x","bench":"x"}}');
  write('packages/cli/src/main.ts', cli);
  write('scripts/deploy.sh', '');
  write('.gitignore', 'bench/results/\n');
  execFileSync('git', ['init', '-q', folder]);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function problemsOf(text: string) {
  write('README.md', text);
  const { stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'check-docs.mjs'), folder], {
    encoding: 'utf8',
  });
  return stderr.split('\n').filter((line) => line !== '');
}

describe('the docs check', () => {
  it('accepts paths, scripts, commands, options, links and anchors that exist, and generated files', () => {
    expect(
      problemsOf(
        [
          '# A title: with (marks)',
          '`scripts/deploy.sh`, `packages/*/src/main.ts`, `packages/<name>/src`, `bench/results/x.json`, `npm test`',
          '[up](#a-title-with-marks) [there](scripts/deploy.sh) [web](https://example.com/x)',
          '```sh',
          'npm start',
          'npx hitl-mcp run --user-id alice --wait | head',
          '```',
          '`hitl-mcp runs list|show ID`',
        ].join('\n'),
      ),
    ).toEqual([]);
  });

  it.each([
    ['a path', 'See `packages/core/src/gone.ts`.', 'packages/core/src/gone.ts does not exist'],
    ['a glob', 'See `packages/*/gone.ts`.', 'packages/*/gone.ts does not exist'],
    ['a link', '[x](docs/gone.md)', 'the link target docs/gone.md does not exist'],
    ['an anchor', '# Here\n[x](#there)', '#there: there is no such heading'],
    ['a script', '`npm run deploy`', '"npm run deploy" is not a script of package.json'],
    ['a command', '```sh\nhitl-mcp fly\n```', '"hitl-mcp fly" is not a command'],
    ['a subcommand', '`npx hitl-mcp runs drop`', '"hitl-mcp runs drop" is not a command'],
    ['an option', '`hitl-mcp run --user-id a --fast`', '"hitl-mcp run" has no option --fast'],
  ])('names %s that does not exist, with its line', (_what, text, message) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^README\.md:\d+: /);
    expect(problems[0]).toContain(message);
  });
});
