import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type RunningCli, runCli, startCli } from './fixtures/cli-process.ts';

// Each step is a process of its own; a busy machine takes its time.
jest.setTimeout(120_000);

const verifier = fileURLToPath(new URL('../packages/audit/verify-export.mjs', import.meta.url));
const alice = ['--user-id', 'alice'];
let folder: string;
/** Of the one stack that these tests share. */
let site: Record<string, string>;
let stack: RunningCli;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hitl-mcp-cli-'));
  site = { DATA_DIR: join(folder, 'shared'), HOME: folder };
  stack = startCli(['start', '--port', '0', '--no-sample'], site);
  await stack.said('serving');
});
afterAll(async () => {
  stack.child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

function document(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}

/** Exit code 2 and one line that holds the words; nothing on stdout. */
async function expectOneLine(args: string[], words: string[], env: Record<string, string> = site) {
  const { code, stdout, stderr } = await runCli(args, env);
  expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr.startsWith('hitl-mcp: ')).toBe(true);
  for (const word of words) expect(stderr).toContain(word);
}

async function ask(userKey: string): Promise<{ approvalId: string; runId: string }> {
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await stack.said('serving'))?.[0] ?? '';
  const token = (await readFile(join(site.DATA_DIR ?? '', 'api-token'), 'utf8')).trim();
  const response = await fetch(new URL('/agent/run', url), {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
    body: JSON.stringify({ user_id: 'alice', query: `Suspend the user account for ${userKey}` }),
  });
  const events = await response.text();
  return {
    approvalId: /"approval_id":"(\w+)"/.exec(events)?.[1] ?? '',
    runId: /"run_id":"(\w+)"/.exec(events)?.[1] ?? '',
  };
}

describe('a newcomer at the command line', () => {
  it('gets a version, and one clear line for a typing error, at once', async () => {
    expect((await runCli(['--version'], {})).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    await expectOneLine(['aprovals'], ["unknown command 'aprovals'", 'approvals']);
  });

  it('is told in one line what the service does not know', async () => {
    const wrong: [string[], string[]][] = [
      [['runs', 'show', 'run_nope'], ['there is no run run_nope']],
      [['approvals', 'show', 'apr_nope'], ['there is no approval request apr_nope']],
      [['approvals', 'list', '--cursor', 'zzz'], ['cursor']],
      [
        ['run', ...alice, '--query', 'list users', '--environment', 'prod'],
        ['--environment', 'must be dev'],
      ],
      [['tools', 'accept', 'google/nope', '--user-id', 'carol'], ['google/nope']],
      [['audit', 'list', '--run', 'run_nope'], ['there is no run run_nope']],
      [
        ['audit', 'export', '--out', '/nonexistent/x'],
        ['--out', 'folder does not exist'],
      ],
      [
        ['policy', 'check', '/nonexistent.yaml'],
        ['/nonexistent.yaml', 'no such file'],
      ],
    ];
    await Promise.all(wrong.map(([args, words]) => expectOneLine(args, words)));
  });

  it('is told which variable or file line is wrong, and nothing is written', async () => {
    const dataDir = join(folder, 'never');
    const broken = join(folder, 'broken-policy.yaml');
    await writeFile(broken, 'version: 1\ndefault: allow\nrules: []\n');
    const people = join(folder, 'broken-people.yaml');
    await writeFile(people, 'version: 1\nprincipals:\n  - id: alice\n    role: boss\n');
    const wrong: [Record<string, string>, string[]][] = [
      [{ POLICY_PATH: broken }, [`${broken}:2:`, 'default']],
      [{ POLICY_PATH: '/nonexistent.yaml' }, ['POLICY_PATH', '/nonexistent.yaml']],
      [{ MODEL_ID: 'some-model' }, ['AWS_REGION']],
      [{ LOG_LEVEL: 'loud' }, ['LOG_LEVEL', 'debug, info, warn or error']],
    ];
    await Promise.all(
      wrong.map(([env, words]) => expectOneLine(['approvals', 'list'], words, { DATA_DIR: dataDir, ...env })),
    );
    await expect(readdir(dataDir)).rejects.toThrow('ENOENT');
    await expectOneLine(['approvals', 'list'], [`${people}:3`, 'role'], {
      DATA_DIR: dataDir,
      DIRECTORY_PATH: people,
    });
    await expectOneLine(['approvals', 'list'], ['DATA_DIR', '/proc/x'], { DATA_DIR: '/proc/x' });
    await expectOneLine(['runs', 'list'], ['HITL_API_TOKEN'], { ...site, HITL_API_TOKEN: 'not one' });
    await expectOneLine(['runs', 'list'], ['HITL_API_TOKEN'], { ...site, HITL_API_TOKEN: 'wrong' });
  });

  it('gets exactly one JSON document with --json, for errors too', async () => {
    const usage = await runCli(['approvals', 'list', '--limit', 'x', '--json'], site);
    expect([usage.code, document(usage.stdout).error]).toEqual([
      2,
      { code: 'usage', detail: expect.stringContaining('--limit'), errors: [] },
    ]);
    expect(usage.stderr).toBe('');
    const missing = await runCli(['--json', 'runs', 'show', 'run_nope'], site);
    expect([missing.code, document(missing.stdout).error]).toMatchObject([2, { code: 'not_found' }]);
    const commands = [
      ['approvals', 'list'],
      ['runs', 'list'],
      ['grants', 'list'],
      ['audit', 'list'],
      ['audit', 'verify'],
      ['tools', 'list'],
      ['doctor'],
    ];
    const results = await Promise.all(commands.map((args) => runCli([...args, '--json'], site)));
    for (const [index, { code, stdout }] of results.entries()) {
      expect([commands[index], code]).toEqual([commands[index], 0]);
      expect(() => document(stdout)).not.toThrow();
    }
  });
});

describe('a request, its card and its votes', () => {
  it('tells scripts by the exit code how it ended', async () => {
    const read = await runCli(['run', ...alice, '--query', 'List all users in the example.com domain'], site);
    expect(read.code).toBe(0);
    expect(read.stdout).toContain('google/list_users');
    const dry = await runCli(
      ['run', ...alice, '--query', 'Suspend the user account for user@example.com', '--dry-run'],
      site,
    );
    expect(dry.stdout).toContain('dry run: nothing was executed');

    const { approvalId } = await ask('user@example.com');
    const waiting = startCli(
      ['run', ...alice, '--query', 'Suspend the user account for user@example.com', '--wait'],
      site,
    );
    const said = await waiting.said('to approve');
    const second = /apr_\w+/.exec(said)?.[0] ?? '';
    expect(second).not.toBe(approvalId);
    const rejected = await runCli(
      ['approvals', 'reject', second, '--user-id', 'carol', '--reason', 'no ticket'],
      site,
    );
    expect(rejected.code).toBe(0);
    expect((await waiting.done).code).toBe(5);
    expect((await runCli(['approvals', 'list'], site)).stdout).toContain(approvalId);
  });

  it('refuses the requester, an outsider, a stranger and another digest, and counts the right vote', async () => {
    const { approvalId, runId } = await ask('john.doe@example.com');
    const approve = (userId: string, ...more: string[]) =>
      runCli(['approvals', 'approve', approvalId, '--user-id', userId, ...more], site);
    const refusals = [
      [await approve('alice'), 3, "can't vote"],
      [await approve('mallory'), 3, 'not among those who may approve'],
      [await approve('zoe'), 2, 'does not know zoe'],
      [await approve('carol', '--digest', 'f'.repeat(64)), 2, 'digest'],
    ] as const;
    for (const [{ code, stdout, stderr }, expected, words] of refusals) {
      expect(code).toBe(expected);
      expect(stdout).toContain(approvalId);
      expect(stderr).toContain(words);
      expect(stderr.trimEnd()).not.toContain('\n');
    }
    const approved = await approve('carol');
    expect(approved.code).toBe(0);
    expect(approved.stdout).toContain('"john.doe@example.com"');
    expect(approved.stdout).toMatch(/run_\w+ {2}completed/);
    const { tool_calls } = document((await runCli(['runs', 'show', runId, '--json'], site)).stdout);
    expect(tool_calls).toMatchObject([{ tool: 'suspend_user', status: 'succeeded' }]);
    const votes = document((await runCli(['approvals', 'show', approvalId, '--json'], site)).stdout).votes;
    expect(votes).toMatchObject([{ principal_id: 'carol', channel: 'cli', assurance: 'asserted' }]);
  });

  it("knows who votes by a person's own token, and lets that person vote for nobody else", async () => {
    const { approvalId } = await ask('jane@example.com');
    const tokens = JSON.parse(await readFile(join(site.DATA_DIR ?? '', 'person-tokens.json'), 'utf8'));
    const mine = { ...site, HITL_API_TOKEN: String(tokens.carol) };
    const forged = await runCli(['approvals', 'approve', approvalId, '--user-id', 'bob'], mine);
    expect([forged.code, forged.stderr]).toEqual([3, expect.stringContaining('belongs to carol')]);
    const own = await runCli(['approvals', 'approve', approvalId, '--user-id', 'carol', '--json'], mine);
    expect(document(own.stdout)).toMatchObject({
      status: 'approved',
      votes: [{ principal_id: 'carol', assurance: 'authenticated', channel: 'cli' }],
      run: { status: 'completed' },
    });
  });

  it('lets no escape sequence of a request through, in text or JSON', async () => {
    const query = 'Suspend the user account for left.company@example.com \u001b]0;owned\u0007\u001b[8m\u202e';
    const shown = await runCli(['run', ...alice, '--query', query, '--dry-run'], site);
    const json = await runCli(['runs', 'list', '--limit', '1', '--json'], site);
    const wrongId = await runCli(['runs', 'show', 'x\u001b[2J'], site);
    for (const { stdout, stderr } of [shown, json, wrongId])
      expect(stdout + stderr).not.toMatch(/(?!\n)\p{Cc}|\p{Cf}/u);
    expect(JSON.stringify(document(json.stdout).items)).toContain(JSON.stringify(query).slice(1, -1));
  });

  it('edits a waiting call, and the card says who did', async () => {
    const { approvalId } = await ask('jane.smith@example.com');
    const edited = await runCli(
      [
        'approvals',
        'edit',
        approvalId,
        '--user-id',
        'carol',
        '--arguments',
        '{"user_key":"user@example.com"}',
      ],
      site,
    );
    expect(edited.code).toBe(0);
    expect(edited.stdout).toContain('user_key: "user@example.com"');
    expect(edited.stdout).toContain('edited by carol');
  });

  it('writes a record that the stand-alone verifier accepts, and replaces a file as a whole or not at all', async () => {
    const out = join(folder, 'record.jsonl');
    expect((await runCli(['audit', 'export', '--out', out], site)).code).toBe(0);
    const piped = await runCli(['audit', 'export', '--json'], site);
    expect(Array.isArray(JSON.parse(piped.stdout))).toBe(true);
    const { spawnSync } = await import('node:child_process');
    const { status, stdout } = spawnSync(process.execPath, [verifier, out], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, expect.stringContaining('OK')]);
    expect((await readdir(folder)).filter((name) => name.startsWith('record.jsonl'))).toEqual([
      'record.jsonl',
    ]);
  });
});

describe('the stack behind the command line', () => {
  it('names the process and the URL when a second one is started on the same data', async () => {
    await expectOneLine(
      ['start', '--port', '0'],
      [`process ${stack.child.pid}`, 'http://127.0.0.1:', 'DATA_DIR'],
    );
  });

  it('starts one inside where none runs, keeps what waits, and goes on with it to the end after the vote', async () => {
    const alone = { DATA_DIR: join(folder, 'alone'), HOME: folder };
    const query = 'Suspend the user account for john.doe@example.com';
    const asked = await runCli(['run', ...alice, '--query', query, '--json'], alone);
    expect(asked.code).toBe(4);
    const approvalId = /apr_\w+/.exec(asked.stdout)?.[0] ?? '';
    const voted = await runCli(['approvals', 'approve', approvalId, '--user-id', 'carol', '--json'], alone);
    expect(document(voted.stdout)).toMatchObject({ status: 'approved', run: { status: 'completed' } });
  });

  it('can be reached while a command waits for people, and loses nothing at Ctrl-C', async () => {
    const waiting = { DATA_DIR: join(folder, 'waiting'), HOME: folder };
    const args = [
      'run',
      ...alice,
      '--query',
      'Suspend the user account for john.doe@example.com',
      '--wait',
      '600',
    ];
    const first = startCli(args, waiting);
    const approvalId = /apr_\w+/.exec(await first.said('to approve'))?.[0] ?? '';
    first.child.kill('SIGINT');
    const { code, stderr } = await first.done;
    expect([code, stderr]).toEqual([4, expect.stringContaining('nothing is lost')]);

    const second = startCli(args, waiting);
    await second.said('to approve');
    const voted = await runCli(['approvals', 'approve', approvalId, '--user-id', 'carol', '--json'], waiting);
    expect(document(voted.stdout)).toMatchObject({ status: 'approved', run: { status: 'completed' } });
    second.child.kill('SIGINT');
    expect((await second.done).code).toBe(4);
  });

  it('shows at the next start what waits since the last one, says how to vote where nobody can type, and stops at Ctrl-C', async () => {
    const again = { DATA_DIR: join(folder, 'again'), HOME: folder };
    const first = startCli(['start', '--port', '0'], again);
    const approvalId = /apr_\w+/.exec(await first.said('serving'))?.[0] ?? '';
    first.child.kill('SIGINT');
    expect((await first.done).code).toBe(0);

    const second = startCli(['start', '--port', '0'], again);
    const said = await second.said('serving');
    expect(said).toContain('One request waits since an earlier start');
    expect(said).toContain(`hitl-mcp approvals approve ${approvalId} --user-id carol`);
    await runCli(['approvals', 'approve', approvalId, '--user-id', 'carol'], again);
    expect(await second.said('record verified')).toContain('google/add_aws_role succeeded');
    second.child.kill('SIGINT');
    expect((await second.done).code).toBe(0);
    expect(await readdir(again.DATA_DIR)).not.toContain('stack.json');
  });

  it('plays the demo to the end', async () => {
    const { code, stdout } = await runCli(['demo', '--json'], { HOME: folder });
    expect([code, document(stdout)]).toEqual([
      0,
      {
        ok: true,
        read: 'completed',
        change: 'completed',
        executions: 1,
        refusals: 3,
        record_verified: true,
        errors: 0,
      },
    ]);
  });

  it('is diagnosed truthfully: what fails is named, with what to do', async () => {
    const dataDir = join(folder, 'open');
    await mkdir(dataDir);
    await chmod(dataDir, 0o755);
    const env = { DATA_DIR: dataDir, HOME: folder, MCP_SERVERS: 'gone=http://127.0.0.1:1/mcp' };
    const { code, stdout } = await runCli(['doctor', '--json'], env);
    expect(code).toBe(1);
    const { findings } = JSON.parse(stdout) as { findings: { name: string; state: string }[] };
    expect(findings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'data', state: 'note', remedy: `chmod 700 ${dataDir}` }),
        expect.objectContaining({ name: 'server gone', state: 'failing' }),
      ]),
    );
  });
});

describe('a deployed API that is not there', () => {
  let server: Server;
  let url: string;
  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url?.startsWith('/guarded/') === true) response.writeHead(401).end('no');
      else response.writeHead(200, { 'content-type': 'text/html' }).end('<html>\u001b[31m</html>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('is a wrong --api when it answers with a page, and a wrong token when it says 401', async () => {
    await expectOneLine(['runs', 'list', '--api', url], ['--api', 'text/html']);
    await expectOneLine(['runs', 'list', '--api', `${url}/guarded`], ['HITL_API_TOKEN', 'not set']);
    const nobody = await runCli(['runs', 'list', '--api', 'http://127.0.0.1:9'], site);
    expect([nobody.code, nobody.stderr]).toEqual([
      1,
      'hitl-mcp: no answer from http://127.0.0.1:9/: bad port\n',
    ]);
  });
});
