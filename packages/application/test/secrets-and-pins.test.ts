import {
  type JsonObject,
  pendingApproval,
  type RunState,
  toolPinsStream,
  UnavailableError,
} from '@hitl/core';
import { createMemoryAuditLog, type MemoryTool } from '@hitl/testing';
import { describe, expect, it } from '@jest/globals';
import {
  acceptTool,
  appendSystemEntry,
  cancelRun,
  createGrant,
  createToolPins,
  editApproval,
  resolveExecution,
} from '../src/index.ts';
import { as, defaultTools, World } from './world.ts';

// Put together here, so that no scanner takes this file for a leak.
const secret = ['ghp', '0123456789abcdefghijABCDEFGHIJ'].join('_');
const spoken = ['hunter2', 'abc'].join('');
const suspendJane = [{ calls: [['dir__suspend', { user: 'jane' }]] }, { text: 'Done.' }] as const;

async function everything(world: World): Promise<string> {
  const entries = [];
  for await (const entry of world.deps.log.readAll()) entries.push(entry);
  return JSON.stringify([
    entries,
    (await world.deps.runs.list({ limit: 100 })).items,
    (await world.deps.approvals.list({ status: 'pending', limit: 100 })).items,
  ]);
}

function edit(world: World, run: RunState, args: JsonObject, userId = 'alice'): Promise<RunState> {
  const approval = pendingApproval(run);
  return editApproval(world.deps, as(userId), {
    approval_id: approval?.approval_id ?? '',
    digest: approval?.digest ?? '',
    arguments: args,
  });
}

describe('a secret never reaches the record', () => {
  it('in what people write: a vote’s reason, a cancellation, a note, a grant', async () => {
    const world = new World({ answers: suspendJane });
    const rejected = await world.ask('suspend jane');
    await world.vote('carol', rejected, {
      decision: 'reject',
      reason: `use the password ${spoken}: ${secret}`,
    });
    const cancelled = await world.ask('suspend jane');
    await cancelRun(world.deps, as('alice'), cancelled.run_id, `the password is ${spoken}`);
    await createGrant(world.deps, as('carol'), {
      grantee_id: 'alice',
      server: 'dir',
      tool: 'suspend',
      arguments: { user: 'jane' },
      max_uses: 1,
      expires_in_seconds: 60,
      reason: `key ${secret}`,
    });
    await expect(
      createGrant(world.deps, as('carol'), {
        grantee_id: 'alice',
        server: 'dir',
        tool: 'suspend',
        arguments: { password: spoken },
        max_uses: 1,
        expires_in_seconds: 60,
        reason: 'leaver',
      }),
    ).rejects.toMatchObject({ errors: [{ path: 'arguments' }] });
    const text = await everything(world);
    expect(text).not.toContain(secret);
    expect(text).not.toContain(`is ${spoken}`);
  });

  it('in what servers say: results, previews, errors of previews, why they are away', async () => {
    const leaky: MemoryTool = {
      server: 'dir',
      tool: 'suspend',
      run: async () => ({
        kind: 'failed',
        code: 'tool_error',
        message: `denied for ${secret}`,
        content: [{ type: 'text', text: `{"password":"${spoken}"}` }],
      }),
      preview: async () => ({
        summary: `with ${secret}`,
        changes: [{ path: 'user.password', after: spoken }],
        state_digest: 'one',
      }),
    };
    const world = new World({ answers: suspendJane, tools: [leaky] });
    const { list } = world.deps.tools;
    world.deps.tools.list = async () => ({
      ...(await list()),
      unavailable: [{ server: 'jira', reason: `401 for Bearer ${secret}` }],
    });
    const waiting = await world.ask('suspend jane');
    await world.vote('carol', waiting);
    await world.settle(waiting.run_id);
    const { preview } = world.deps.tools;
    world.deps.tools.preview = async () => {
      throw new UnavailableError(`no preview with ${secret}`);
    };
    await world.ask('suspend jane');
    world.deps.tools.preview = preview;
    const text = await everything(world);
    expect(text).not.toContain(secret);
    expect(text).not.toContain(spoken);
  });

  it.each([
    ['a secret', { user: 'jane', note: `the password is ${spoken}` }],
    ['the place where one stood', { user: 'jane', note: '[redacted]' }],
  ])('nor is an edit taken that puts in %s', async (_what, args) => {
    const world = new World({ answers: suspendJane });
    const run = await world.ask('suspend jane');
    await expect(edit(world, run, args)).rejects.toMatchObject({ code: 'denied_by_policy' });
    expect(await everything(world)).not.toContain(spoken);
  });
});

describe('an edit', () => {
  const previewed = (seen: JsonObject[]): MemoryTool[] =>
    defaultTools().map((tool) => ({
      ...tool,
      preview: async (args: JsonObject) => {
        seen.push(args);
        return { summary: `changes ${String(args.user)}`, changes: [], state_digest: String(args.user) };
      },
    }));
  it('that the policy would allow at once still shows people what it changes, and drift still stops it', async () => {
    const seen: JsonObject[] = [];
    const answers = [{ calls: [['dir__suspend', { user: 'jane' }]] }, { text: 'Done.' }] as const;
    const world = new World({ answers, tools: previewed(seen) });
    const run = await world.ask('suspend jane');
    world.setPolicy(
      'version: 1\ndefault: deny\nrules: [{ id: all, effect: allow, when: { tools: ["dir/*"] }, reason: All. }]',
    );
    const edited = await edit(world, run, { user: 'john' });
    expect([...edited.calls.values()][0]?.preview?.state_digest).toBe('john');
    world.deps.tools.preview = async () => ({
      summary: 'other',
      changes: [{ path: 'x' }],
      state_digest: 'moved',
    });
    await world.vote('carol', edited);
    const done = await world.settle(run.run_id);
    expect([...done.calls.values()][0]).toMatchObject({
      status: 'refused',
      error: { code: 'target_drifted' },
    });
    expect(world.tools.calls).toHaveLength(0);
  });

  it('is refused when its preview can not be read, whatever the policy says', async () => {
    const world = new World({ answers: suspendJane, tools: previewed([]) });
    const run = await world.ask('suspend jane');
    world.setPolicy(
      'version: 1\ndefault: deny\nrules: [{ id: all, effect: allow, when: { tools: ["dir/*"] }, reason: All. }]',
    );
    world.deps.tools.preview = async () => {
      throw new UnavailableError('away');
    };
    await expect(edit(world, run, { user: 'john' })).rejects.toMatchObject({ code: 'denied_by_policy' });
  });

  it('is refused by name when it is larger than the record takes', async () => {
    const world = new World({ answers: suspendJane });
    const run = await world.ask('suspend jane');
    await expect(edit(world, run, { user: 'x'.repeat(300_000) })).rejects.toMatchObject({
      code: 'invalid_input',
      errors: [{ path: 'arguments' }],
    });
  });

  it('that is voted on with the digest of before counts for nothing, and its editor is out', async () => {
    const world = new World({ answers: suspendJane });
    const run = await world.ask('suspend jane');
    const edited = await edit(world, run, { user: 'john' }, 'carol');
    await expect(
      world.vote('dave', edited, { digest: pendingApproval(run)?.digest ?? '' }),
    ).rejects.toMatchObject({ code: 'digest_mismatch' });
    await expect(world.vote('carol', edited)).rejects.toMatchObject({ code: 'editor_may_not_vote' });
    await world.vote('dave', edited);
    await world.settle(run.run_id);
    expect(world.tools.calls.map((call) => call.arguments)).toEqual([{ user: 'john' }]);
  });
});

describe('a proposal larger than the record takes', () => {
  it('is not looked at, the model is told, and the run goes on', async () => {
    const world = new World({
      answers: [
        { calls: [['dir__suspend', { user: 'jane', note: 'x'.repeat(300_000) }]] },
        { text: 'Too much.' },
      ],
    });
    const run = await world.ask('suspend jane');
    expect([run.status, run.calls.size]).toEqual(['completed', 0]);
  });

  it('nor is a preview of that size: nobody is asked to approve what has no end', async () => {
    const world = new World({
      answers: suspendJane,
      tools: [
        {
          server: 'dir',
          tool: 'suspend',
          run: async () => ({}),
          preview: async () => ({ summary: 'x'.repeat(500_000), changes: [], state_digest: 'one' }),
        },
      ],
    });
    const run = await world.ask('suspend jane');
    expect(run.status).toBe('denied');
    expect([...run.calls.values()][0]?.decision.reasons[0]).toContain('preview_failed');
  });
});

describe('tool pins', () => {
  it('are the newest acceptance, also when many ask at the same moment', async () => {
    const log = createMemoryAuditLog();
    const clock = { now: () => 1_700_000_000_000 };
    const accept = (digest: string) =>
      appendSystemEntry({ log, clock }, toolPinsStream, 'carol', 'tool-accepted', {
        name: 'dir/get',
        digest,
        principal_id: 'carol',
      });
    await accept('old');
    const gate = Promise.withResolvers<void>();
    let reads = 0;
    const slow = {
      ...log,
      read: async (stream: string, after?: number) => {
        const entries = await log.read(stream, after);
        reads += 1;
        if (reads === 1) await gate.promise;
        return entries;
      },
    };
    const pins = createToolPins(slow);
    const early = pins.isAccepted('dir/get', 'old');
    await accept('new');
    expect(await pins.isAccepted('dir/get', 'new')).toBe(true);
    gate.resolve();
    await early;
    expect([await pins.isAccepted('dir/get', 'old'), await pins.isAccepted('dir/get', 'new')]).toEqual([
      false,
      true,
    ]);
  });

  it('take what a person was shown, and only from a person', async () => {
    const world = new World({ answers: suspendJane });
    const [tool] = (await world.deps.tools.list()).tools;
    if (tool === undefined) throw new Error('no tool');
    world.deps.tools.list = async () => ({ tools: [], unavailable: [], quarantined: [tool], dropped: [] });
    await expect(acceptTool(world.deps, as('carol'), 'dir/get', 'other')).rejects.toMatchObject({
      code: 'digest_mismatch',
    });
    const find = world.deps.directory.find;
    world.deps.directory.find = async (id) =>
      id === 'robot' ? { id, kind: 'service', groups: ['security'] } : find(id);
    await expect(acceptTool(world.deps, as('robot'), 'dir/get')).rejects.toMatchObject({ code: 'forbidden' });
    expect(await acceptTool(world.deps, as('carol'), 'dir/get', tool.digest)).toBe(tool);
  });
});

describe('resolving an unknown outcome', () => {
  it('is a person’s word, not a service’s', async () => {
    const world = new World({
      answers: suspendJane,
      tools: [{ server: 'dir', tool: 'suspend', run: async () => ({ kind: 'unknown', message: 'lost' }) }],
    });
    const waiting = await world.ask('suspend jane');
    await world.vote('carol', waiting);
    const run = await world.settle(waiting.run_id);
    const resolution = {
      run_id: run.run_id,
      call_id: 'call_0_0',
      outcome: 'succeeded',
      note: `seen; the password is ${spoken}`,
    } as const;
    const find = world.deps.directory.find;
    world.deps.directory.find = async (id) =>
      id === 'robot' ? { id, kind: 'service', groups: ['security'] } : find(id);
    await expect(resolveExecution(world.deps, as('robot'), resolution)).rejects.toMatchObject({
      code: 'forbidden',
    });
    await resolveExecution(world.deps, as('carol'), resolution);
    expect(await everything(world)).not.toContain(`is ${spoken}`);
  });
});
