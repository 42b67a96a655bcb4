import { describe, expect, it } from '@jest/globals';
import { hearCommandLine } from '../test/hear-command-line.ts';
import { commandGroups } from './command-groups.ts';

const alice = ['--user-id', 'alice'];

describe('a command line', () => {
  it('is explained: each command by --help and by "help", all of them with --json', async () => {
    for (const { name, summary } of commandGroups) {
      const { code, stdout, stderr } = await hearCommandLine([name, '--help']);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain('--json');
      expect((await hearCommandLine(['help', name])).stdout).toBe(stdout);
      expect((await hearCommandLine(['--help'])).stdout).toContain(summary.split(' ').slice(0, 3).join(' '));
    }
  });

  it('without a command is answered with the help on stderr and exit code 2', async () => {
    const { code, stdout, stderr } = await hearCommandLine([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: hitl-mcp');
    expect(JSON.parse((await hearCommandLine(['--json'])).stdout)).toMatchObject({
      error: { code: 'usage' },
    });
  });

  it.each([
    [['bogus'], ["unknown command 'bogus'"]],
    [['run'], ['--user-id']],
    [['run', ...alice], ['--query']],
    [
      ['run', ...alice, '--query', ' '],
      ['--query', 'not be empty'],
    ],
    [
      ['run', ...alice, '--query', 'x', '--category', 'y'],
      ['--category', 'read, write, privileged_write'],
    ],
    [
      ['run', ...alice, '--query', 'x', '--wait', 'soon'],
      ['--wait', 'whole number from 0'],
    ],
    [['run', ...alice, '--query', 'x', '--colour'], ["unknown option '--colour'"]],
    [
      ['approvals', 'list', '--status', 'open'],
      ['--status', 'pending'],
    ],
    [
      ['approvals', 'list', '--limit', '0'],
      ['--limit', 'from 1 to 100'],
    ],
    [['approvals', 'approve', 'a b', '--user-id', 'carol'], ['must be an id']],
    [
      ['approvals', 'edit', 'x', '--user-id', 'bob', '--arguments', '{a'],
      ['--arguments', 'JSON object'],
    ],
    [
      ['grants', 'create', '--user-id', 'c', '--for', 'a', '--tool', 'x', '--reason', 'y'],
      ['--tool', 'SERVER/TOOL'],
    ],
    [
      ['audit', 'verify', '--head', 'zz'],
      ['--head', '64 hex digits'],
    ],
    [['mcp', 'serve', 'slack'], ['google, jira']],
    [
      ['mcp', 'serve', 'jira', '--host', '0.0.0.0'],
      ['--host', '--http'],
    ],
    [
      ['approvals', 'list', '--api', 'ftp://x'],
      ['--api', 'https://'],
    ],
    [['directory', 'push', 'people.yaml'], ['--environment']],
    [
      ['directory', 'show', '--environment', 'dev', '--region', 'nowhere'],
      ['--region', 'eu-central-1'],
    ],
    [
      ['start', '--api', 'https://x.example.com'],
      ['--api', 'this machine'],
    ],
  ])('is told by name, before anything is opened, what is wrong with %j', async (args, words) => {
    const { code, stdout, stderr } = await hearCommandLine(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^hitl-mcp: .*\n$/);
    for (const word of words) expect(stderr).toContain(word);

    const asJson = await hearCommandLine([...args, '--json']);
    expect([asJson.code, asJson.stderr]).toEqual([2, '']);
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      error: { detail: expect.stringContaining(words[0] ?? '') },
    });
  });

  it('never echoes an escape sequence', async () => {
    for (const args of [
      ['\u001b[2J'],
      ['runs', 'show', '\u001b]0;x\u0007'],
      ['run', '--user-id', 'a\u202e\u001b[8m b'],
    ]) {
      const { stderr, stdout } = await hearCommandLine(args);
      const asJson = await hearCommandLine([...args, '--json']);
      expect(stderr + stdout + asJson.stdout).not.toMatch(/(?!\n)\p{Cc}|\p{Cf}/u);
    }
  });
});
