import {
  type AuditEntry,
  auditEntryHash,
  type Grant,
  type GrantEvent,
  type GrantState,
  genesisHash,
  type JsonObject,
  type Principal,
} from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import {
  ana,
  ben,
  cleo,
  decision,
  mallory,
  minutes,
  requirement,
  rosa,
  SampleRun,
  startMs,
} from '../../test/sample-run.ts';
import { settleApproval } from '../settle-approval.ts';
import { applyGrantEvent } from './apply-grant-event.ts';
import { decideGrantCreation, type GrantWish } from './decide-grant-creation.ts';
import { decideGrantRevocation } from './decide-grant-revocation.ts';
import { decideGrantUse, type GrantRequest, type GrantUse } from './decide-grant-use.ts';
import { matchesGrant } from './matches-grant.ts';

const args = { primary_email: 'new@example.com', org_unit_path: '/Sales' };

const wish = (change: Partial<GrantWish> = {}): GrantWish => ({
  grantee_id: 'rosa',
  server: 'google',
  tool: 'create_user',
  arguments: { org_unit_path: '/Sales' },
  allow_other_arguments: true,
  max_uses: 2,
  expires_in_seconds: 86_400,
  reason: 'onboarding week',
  ...change,
});

const create = (change: Partial<GrantWish> = {}, grantor: Principal = ana) =>
  decideGrantCreation({
    grantId: 'grt_1',
    grantor,
    grantee: { id: wish(change).grantee_id },
    channel: 'console',
    request: wish(change),
    nowMs: startMs,
  });

let sequence = 0;
function apply(state: GrantState | undefined, event: GrantEvent): GrantState {
  sequence = (state?.sequence ?? 0) + 1;
  return applyGrantEvent(state, entryOf(event, sequence));
}

function entryOf(event: { type: string; data: unknown }, at: number): AuditEntry {
  const entry = {
    stream: 'grant:grt_1',
    sequence: at,
    at: new Date(startMs).toISOString(),
    actor: 'ana',
    type: event.type,
    data: event.data as JsonObject,
    previous_hash: genesisHash,
  };
  return { ...entry, hash: auditEntryHash(entry) };
}

const granted = (change: Partial<GrantWish> = {}, grantor: Principal = ana): GrantState =>
  apply(undefined, create(change, grantor));

const directory = { ana: { id: 'ana', kind: 'user', groups: ['it'] } } as const;

function asked(votes = 1, callArgs: JsonObject = args): SampleRun {
  const run = new SampleRun();
  run.call('call_1', decision(requirement({ steps: [{ from: ['group:it'], votes }] })), callArgs);
  run.request('apr_1', ['call_1']);
  return run;
}

function use(state: GrantState, run: SampleRun, change: Partial<GrantRequest> = {}): GrantUse {
  return decideGrantUse(state, {
    run_id: run.state.run_id,
    requester_id: run.state.started.principal.id,
    call: run.callOf('call_1'),
    environment: run.state.started.environment,
    approval: run.approval(),
    grantor: directory.ana,
    nowMs: minutes(1),
    voteId: 'vote_g',
    ...change,
  });
}

const codeOf = (result: GrantUse) => (result.kind === 'refused' ? result.code : result.kind);

describe('creating a grant', () => {
  it('records who promised what to whom, with the assurance that they had', () => {
    expect(create().data.grant).toEqual({
      grant_id: 'grt_1',
      grantor_id: 'ana',
      grantor_groups: ['it'],
      assurance: 'linked',
      channel: 'console',
      grantee_id: 'rosa',
      server: 'google',
      tool: 'create_user',
      arguments: { org_unit_path: '/Sales' },
      allow_other_arguments: true,
      max_uses: 2,
      expires_at: '2026-11-24T09:00:00.000Z',
      reason: 'onboarding week',
    } satisfies Grant);
  });

  it.each([
    ['a pattern for a tool', { tool: 'create_*' }, 'tool'],
    ['a pattern for a server', { server: '*' }, 'server'],
    ['no argument', { arguments: {}, allow_other_arguments: undefined }, 'arguments'],
    ['no use', { max_uses: 0 }, 'max_uses'],
    ['too many uses', { max_uses: 1001 }, 'max_uses'],
    ['half a use', { max_uses: 1.5 }, 'max_uses'],
    ['no time', { expires_in_seconds: 0 }, 'expires_in_seconds'],
    ['more than 30 days', { expires_in_seconds: 30 * 86_400 + 1 }, 'expires_in_seconds'],
    ['no reason', { reason: ' ' }, 'reason'],
  ] as const)('refuses %s and names the field', (_title, change, path) => {
    expect(() => create(change)).toThrow(
      expect.objectContaining({ code: 'invalid_input', errors: [expect.objectContaining({ path })] }),
    );
  });

  it('lets any arguments be only where that is said explicitly', () => {
    expect(create({ arguments: {} }).data.grant.allow_other_arguments).toBe(true);
  });

  it('is not for oneself, for nobody, or by a service', () => {
    expect(() => create({ grantee_id: 'ana' })).toThrow('themselves');
    expect(() => create({}, { ...ana, kind: 'service' })).toThrow('only people grant');
    const unknown = { grantId: 'g', grantor: ana, channel: 'cli', request: wish(), nowMs: startMs } as const;
    expect(() => decideGrantCreation({ ...unknown, grantee: undefined })).toThrow('does not know rosa');
    expect(() => decideGrantCreation({ ...unknown, grantee: { id: 'rose' } })).toThrow('does not know rosa');
  });
});

describe('using a grant', () => {
  it('is one vote of its grantor, marked as such, and is enough where one vote is', () => {
    const run = asked();
    const result = use(granted(), run);
    if (result.kind !== 'used') throw new Error(result.detail);
    expect(result.event?.data).toEqual({
      run_id: 'run_1',
      call_id: 'call_1',
      digest: run.callOf('call_1').digest,
    });
    expect(result.vote).toMatchObject({
      principal_id: 'ana',
      grant_id: 'grt_1',
      assurance: 'linked',
      channel: 'console',
      decision: 'approve',
      digest: run.approval().digest,
    });
    run.append({ type: 'vote-cast', data: { approval_id: 'apr_1', vote: result.vote } }, minutes(1));
    expect(settleApproval(run.approval(), minutes(1))?.data).toMatchObject({
      status: 'approved',
      by: ['ana'],
    });
  });

  it('is never enough where two votes are needed, and its grantor can not add the second', () => {
    const run = asked(2);
    const result = use(granted(), run);
    if (result.kind !== 'used') throw new Error(result.detail);
    run.append({ type: 'vote-cast', data: { approval_id: 'apr_1', vote: result.vote } }, minutes(1));
    expect(settleApproval(run.approval(), minutes(1))).toBeUndefined();
    expect(run.vote(ana)).toMatchObject({ kind: 'refused', error: { code: 'already_voted' } });
    expect(codeOf(use(granted(), run))).toBe('already_voted');
    expect(run.vote(ben).kind).toBe('accepted');
    expect(settleApproval(run.approval(), minutes(1))?.data).toMatchObject({ status: 'approved' });
  });

  it('spends one use per call, however often a crash makes it be asked again', () => {
    const first = use(granted({ max_uses: 1 }), asked());
    if (first.kind !== 'used' || first.event === undefined) throw new Error('the first use must be recorded');
    const spent = apply(granted({ max_uses: 1 }), first.event);
    const again = use(spent, asked());
    expect(again).toMatchObject({ kind: 'used', event: undefined, vote: { grant_id: 'grt_1' } });
    const otherRun = new SampleRun('run_2');
    otherRun.call('call_1', decision(requirement()), args);
    otherRun.request('apr_1', ['call_1']);
    expect(codeOf(use(spent, otherRun))).toBe('grant_exhausted');
  });

  it('matches server, tool, environment, requester and every named value exactly', () => {
    const { grant } = granted({ environment: 'prod' });
    const call = { server: 'google', tool: 'create_user', arguments: args };
    const granted1 = { requester_id: 'rosa', call, environment: 'prod' };
    expect(matchesGrant(grant, granted1)).toBe(true);
    for (const other of [
      { ...granted1, requester_id: 'mallory' },
      { ...granted1, environment: 'staging' },
      { ...granted1, call: { ...call, server: 'google2' } },
      { ...granted1, call: { ...call, tool: 'create_users' } },
      { ...granted1, call: { ...call, arguments: { ...args, org_unit_path: '/Sales/EMEA' } } },
      { ...granted1, call: { ...call, arguments: { primary_email: 'x@example.com' } } },
    ])
      expect(matchesGrant(grant, other)).toBe(false);
    const exact = { ...grant, allow_other_arguments: false };
    expect(matchesGrant(exact, granted1)).toBe(false);
    expect(
      matchesGrant(exact, { ...granted1, call: { ...call, arguments: { org_unit_path: '/Sales' } } }),
    ).toBe(true);
    // Values are compared as values: neither the order of members nor a look-alike of another type matters.
    const nested = { ...exact, arguments: { org_unit_path: { a: 1, b: [2] } } };
    const withPath = (value: JsonObject['x']) => ({
      ...granted1,
      call: { ...call, arguments: { org_unit_path: value ?? null } },
    });
    expect(matchesGrant(nested, withPath({ b: [2], a: 1 }))).toBe(true);
    expect(matchesGrant(nested, withPath({ a: '1', b: [2] }))).toBe(false);
    expect(matchesGrant({ ...exact, arguments: { toString: 'x' } }, withPath('x'))).toBe(false);
  });

  it('speaks for no other call that stands in the same request', () => {
    const run = new SampleRun();
    run.call('call_1', decision(requirement()), args);
    run.call('call_2', decision(requirement()), { primary_email: 'root@example.com' });
    run.request('apr_1', ['call_1', 'call_2']);
    expect(codeOf(use(granted(), run))).toBe('grant_does_not_match');
  });

  it('ends with its time, its revocation, and its grantor’s place in the directory and the group', () => {
    const run = asked();
    const late = startMs + 86_400_000;
    expect(codeOf(use(granted(), run, { nowMs: late }))).toBe('grant_expired');
    const revoked = apply(granted(), { type: 'grant-revoked', data: { principal_id: 'ben' } });
    expect(codeOf(use(revoked, run))).toBe('grant_revoked');
    expect(codeOf(use(granted(), run, { grantor: undefined }))).toBe('unknown_principal');
    expect(codeOf(use(granted(), run, { grantor: { ...directory.ana, groups: [] } }))).toBe(
      'not_an_approver',
    );
    // Joining the group later does not make an older promise worth more.
    const outsider = granted({}, { ...ana, groups: ['sales'] });
    expect(codeOf(use(outsider, run))).toBe('not_an_approver');
  });

  it('carries no more assurance than its grantor had, and is refused into the record', () => {
    const run = new SampleRun();
    run.call('call_1', decision(requirement({ assurance: 'mfa' })), args);
    run.request('apr_1', ['call_1']);
    const result = use(granted(), run);
    expect(codeOf(result)).toBe('assurance_too_low');
    expect(result.kind === 'refused' && result.event).toMatchObject({
      type: 'grant-refused',
      data: { principal_id: 'rosa', code: 'assurance_too_low' },
    });
  });
});

describe('revoking a grant', () => {
  it('is for its grantor, its grantee, and the grantor’s colleagues, once', () => {
    const state = granted();
    for (const principal of [ana, rosa, ben])
      expect(decideGrantRevocation(state, principal, ' leaving ')?.data).toEqual({
        principal_id: principal.id,
        reason: 'leaving',
      });
    for (const principal of [mallory, cleo])
      expect(() => decideGrantRevocation(state, principal)).toThrow('may not revoke');
    const revoked = apply(state, { type: 'grant-revoked', data: { principal_id: 'ana' } });
    expect(decideGrantRevocation(revoked, ben)).toBeUndefined();
  });
});

describe('the fold of a grant', () => {
  it('refuses gaps, unknown events, a second creation, and a beginning without one', () => {
    const created = create();
    const used = { type: 'grant-used', data: { run_id: 'r', call_id: 'c', digest: 'd' } } as const;
    expect(() => applyGrantEvent(undefined, entryOf(used, 1))).toThrow('must begin with');
    expect(() => applyGrantEvent(granted(), entryOf(used, 3))).toThrow('does not follow');
    expect(() => applyGrantEvent(granted(), entryOf(created, 2))).toThrow('created twice');
    expect(() => applyGrantEvent(granted(), entryOf({ type: 'toString', data: {} }, 2))).toThrow(
      'not a grant event',
    );
    expect(apply(granted(), used).uses).toEqual([{ run_id: 'r', call_id: 'c' }]);
    const refused = { type: 'grant-refused', data: { principal_id: 'm', code: 'c', detail: 'd' } } as const;
    expect(apply(granted(), refused)).toMatchObject({ uses: [], sequence: 2 });
  });
});
