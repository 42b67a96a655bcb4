import { createPageSessions, pageSessionCookie, pageSessionSeconds } from '@hitl/coordination';
import { createMemoryItemStore, type MemoryDirectory, readForms } from '@hitl/testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { routes } from '../src/index.ts';
import { makeJaneAdmin, openApi } from './api-world.ts';

const ours = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' };
const accountOf = (person: string) => `slack:T0ACME/U0${person.toUpperCase()}`;

function openPages(options: Parameters<typeof openApi>[0] = {}) {
  const api = openApi({
    ...options,
    change: ({ clock }) => ({ pageSessions: createPageSessions(createMemoryItemStore({ clock })) }),
  });
  const directory = api.deps.directory as MemoryDirectory;
  const link = async (person: string, groups: readonly string[]) =>
    directory.set({ id: person, kind: 'user', groups, links: [accountOf(person)] });
  /** The `Cookie` header of a browser in which the account's owner signed in. */
  const signIn = async (person: string): Promise<string> => {
    const line = await api.deps.pageSessions?.begin({ link: accountOf(person) }, null);
    return `theme=dark; ${line?.split(';')[0]}`;
  };
  return { ...api, directory, link, signIn };
}

describe('the approval page for who signed in', () => {
  let api: ReturnType<typeof openPages>;
  let approval: Awaited<ReturnType<typeof api.pending>>;
  let carol: string;
  const path = () => `/slack/approvals/${approval.approval_id}`;
  const look = (cookie?: string) =>
    api.call('nobody', `GET ${path()}`, { headers: cookie === undefined ? {} : { cookie } });
  const fields = async (action: 'ballot' | 'revision' = 'ballot') => {
    const forms = readForms((await look(carol)).text);
    const form = forms.find((each) => each.action === `${approval.approval_id}/${action}`);
    if (form === undefined) throw new Error(`there is no ${action}`);
    return { ...form.fields };
  };
  const submit = (
    cookie: string | undefined,
    form: Record<string, string>,
    { to = 'ballot', headers = ours }: { to?: string; headers?: Record<string, string> } = {},
  ) =>
    api.call('nobody', `POST ${path()}/${to}`, {
      raw: new URLSearchParams(form).toString(),
      headers: { ...headers, ...(cookie === undefined ? {} : { cookie }) },
    });
  const types = async () => (await api.record()).map(({ type }) => type);

  beforeEach(async () => {
    api = openPages({ answers: makeJaneAdmin });
    await api.ask('alice', 'make jane an admin');
    approval = await api.pending();
    await api.link('carol', ['security']);
    await api.link('mallory', []);
    carol = await api.signIn('carol');
  });

  it('is the same page, with whose account it is', async () => {
    const { status, headers, text } = await look(carol);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(text).toContain('dir/grant');
    expect(text).toContain('You are <strong>carol</strong>');
    expect(text).toContain(approval.digest);
    expect(readForms(text).map(({ action }) => action)).toEqual([
      `${approval.approval_id}/ballot`,
      `${approval.approval_id}/revision`,
      '/slack/logout',
    ]);
  });

  it('sends a browser without a session to sign in, and keeps no form of one', async () => {
    for (const cookie of [
      undefined,
      'theme=dark',
      `${pageSessionCookie.name}=`,
      `${pageSessionCookie.name}=made-up`,
    ]) {
      const { status, headers, text } = await look(cookie);
      expect([status, text]).toEqual([303, '']);
      expect(headers.get('location')).toBe(`/slack/login?approval=${approval.approval_id}`);
      const form = { ...(await fields()), decision: 'approve' };
      const sent = await submit(cookie, form);
      expect([sent.status, sent.text]).toEqual([403, expect.stringContaining('nothing was done')]);
      const edit = await submit(cookie, await fields('revision'), { to: 'revision' });
      expect(edit.status).toBe(403);
    }
    expect((await api.pending()).digest).toBe(approval.digest);
    expect(await types()).not.toContain('vote-cast');
  });

  it('knows nobody any more once the session’s hour is over', async () => {
    const form = { ...(await fields()), decision: 'approve' };
    api.world.clock.advance(pageSessionSeconds * 1000);
    expect((await look(carol)).status).toBe(303);
    expect((await submit(carol, form)).status).toBe(403);
    expect(await types()).not.toContain('vote-cast');
  });

  it('decides nothing by being looked at, however', async () => {
    const before = await types();
    const query = `?${new URLSearchParams({ ...(await fields()), decision: 'approve' })}`;
    for (const request of ['GET', 'HEAD'])
      for (const at of [path(), `${path()}/ballot`, `${path()}/ballot${query}`, `/slack/logout`])
        await api.send('nobody', `${request} ${at}`, { headers: { cookie: carol } });
    const head = await api.send('nobody', `HEAD ${path()}`, { headers: { cookie: carol } });
    expect([head.status, await types()]).toEqual([200, before]);
    expect(await types()).toEqual(before);
    expect((await look(carol)).status).toBe(200);
  });

  it('votes with the assurance of a proven account, as the page', async () => {
    const form = await fields();
    const { status, headers } = await submit(carol, { ...form, decision: 'approve', reason: '' });
    expect(status).toBe(303);
    expect(new URL(headers.get('location') ?? '', `http://api.test${path()}/ballot`).pathname).toBe(path());
    const cast = (await api.record()).find(({ type }) => type === 'vote-cast');
    expect(cast?.data.vote).toMatchObject({
      principal_id: 'carol',
      channel: 'console',
      assurance: 'linked',
      digest: approval.digest,
      rendered_digest: form.rendered_digest,
    });
    expect((await look(carol)).text).toContain('carol: approve at');
  });

  it('lets nobody vote under another name than the account’s', async () => {
    const { status } = await submit(carol, { ...(await fields()), decision: 'approve', user_id: 'dave' });
    expect(status).toBe(403);
    expect(await types()).not.toContain('vote-cast');
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a sister site', { 'sec-fetch-site': 'same-site' }],
    ['an old browser on another page', { origin: 'https://evil.example' }],
    ['nobody knows where', {}],
  ])('takes no form from %s', async (_where, origin) => {
    const headers = { 'content-type': ours['content-type'], ...origin } as Record<string, string>;
    const form = { ...(await fields()), decision: 'approve' };
    expect((await submit(carol, form, { headers })).status).toBe(403);
    expect((await submit(carol, await fields('revision'), { headers, to: 'revision' })).status).toBe(403);
    const out = await api.call('nobody', 'POST /slack/logout', { headers: { ...headers, cookie: carol } });
    expect([out.status, out.headers.getSetCookie()]).toEqual([403, []]);
    expect((await look(carol)).status).toBe(200);
    expect(await types()).not.toContain('vote-cast');
  });

  it('is shut at once for whom the directory no longer links, and says which link is missing', async () => {
    const form = { ...(await fields()), decision: 'approve' };
    api.directory.remove('carol');
    const { status, text } = await look(carol);
    expect([status, text]).toEqual([403, expect.stringContaining('slack:T0ACME/U0CAROL')]);
    expect(text).not.toContain('dir/grant');
    expect(readForms(text).map(({ action }) => action)).toEqual(['/slack/logout']);
    expect((await api.record()).at(-1)).toMatchObject({
      stream: 'refusals',
      type: 'request-refused',
      actor: 'slack:T0ACME/U0CAROL',
      data: { channel: 'console', code: 'unknown_principal' },
    });
    const vote = await submit(carol, form);
    expect([vote.status, vote.text]).toEqual([403, expect.stringContaining('slack:T0ACME/U0CAROL')]);
    expect(vote.text).not.toContain('dir/grant');
    expect((await api.record()).find(({ type }) => type === 'vote-refused')).toMatchObject({
      actor: 'slack:T0ACME/U0CAROL',
      data: { channel: 'console', code: 'unknown_principal' },
    });
    expect((await submit(carol, { ...form, digest: '0'.repeat(64) })).text).not.toContain('dir/grant');
    const edit = await submit(carol, { ...form, call_id: 'x', arguments: 'no JSON' }, { to: 'revision' });
    expect(edit.text).not.toContain('dir/grant');
  });

  it('tells whoever the directory does not know nothing of which requests there are', async () => {
    const stranger = await api.signIn('stranger');
    const { status, text } = await api.call('nobody', 'GET /slack/approvals/apr_none', {
      headers: { cookie: stranger },
    });
    const there = await look(stranger);
    expect([status, text]).toEqual([there.status, there.text]);
    const form = { ...(await fields()), decision: 'approve' };
    const nowhere = await api.call('nobody', 'POST /slack/approvals/apr_none/ballot', {
      raw: new URLSearchParams(form).toString(),
      headers: { ...ours, cookie: stranger },
    });
    expect(nowhere.text).toBe((await submit(stranger, form)).text);
  });

  it('says in plain words what is not there or not right', async () => {
    const none = await api.call('nobody', 'GET /slack/approvals/apr_none', { headers: { cookie: carol } });
    expect([none.status, none.text]).toEqual([404, expect.stringContaining('apr_none')]);
    const broken = await submit(carol, { decision: 'approve' });
    expect([broken.status, broken.text]).toEqual([400, expect.stringContaining('digest')]);
    const reasonless = await submit(carol, { ...(await fields()), decision: 'reject', reason: ' ' });
    expect([reasonless.status, reasonless.text]).toEqual([
      400,
      expect.stringContaining('Your vote does not count: '),
    ]);
  });

  it('changes the arguments of a call, bound to what was shown', async () => {
    const form = await fields('revision');
    expect(JSON.parse(form.arguments ?? '')).toEqual({ user: 'jane', role: 'admin' });
    const args = JSON.stringify({ user: 'jane', role: 'reader' });
    const stale = await submit(
      carol,
      { ...form, arguments: args, digest: '0'.repeat(64) },
      { to: 'revision' },
    );
    expect([stale.status, stale.text]).toEqual([409, expect.stringContaining('Nothing was changed: ')]);
    const { status } = await submit(carol, { ...form, arguments: args }, { to: 'revision' });
    expect(status).toBe(303);
    const { text } = await look(carol);
    expect(text).toContain('The arguments were changed by carol');
    expect(text).toContain('&#34;reader&#34;');
    expect((await api.record()).find(({ type }) => type === 'approval-edited')).toMatchObject({
      actor: 'carol',
      data: { channel: 'console' },
    });
  });

  it.each([
    ['no JSON', '{"user": }', 'is not valid JSON'],
    ['no object', '["jane"]', 'must be one JSON object'],
    ['what the tool does not take', '{"user": 42, "note": "mind <b>this</b>"}', 'arguments'],
    ['what nobody may name so', '{"__proto__": {}}', '__proto__'],
  ])('says what is wrong with %s, and leaves what was typed', async (_what, typed, why) => {
    const form = await fields('revision');
    const { status, text } = await submit(carol, { ...form, arguments: typed }, { to: 'revision' });
    expect([status, text]).toEqual([400, expect.stringContaining('Nothing was changed: ')]);
    expect(text).toContain(why);
    expect(text).toContain('<details open>');
    expect(readForms(text).find(({ action }) => action === 'revision')?.fields.arguments).toBe(typed);
    expect(text).not.toContain('<b>');
    expect((await api.pending()).digest).toBe(approval.digest);
  });

  it('tells who may not decide why not, on the page', async () => {
    const mallory = await api.signIn('mallory');
    const { status, text } = await submit(mallory, { ...(await fields()), decision: 'approve' });
    expect([status, text]).toEqual([
      403,
      expect.stringContaining('Your vote does not count: mallory is not among those who may approve'),
    ]);
    expect(readForms(text).map(({ action }) => action)).toEqual(['ballot', 'revision', '/slack/logout']);
  });

  it('ends with signing out, also for a copy of the cookie', async () => {
    const { status, headers } = await api.call('nobody', 'POST /slack/logout', {
      headers: { ...ours, cookie: carol },
    });
    expect([status, headers.getSetCookie()]).toEqual([
      200,
      [`${pageSessionCookie.name}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax`],
    ]);
    expect((await look(carol)).status).toBe(303);
  });

  it('keeps its session to itself: no route of the API takes the cookie', async () => {
    const body = JSON.stringify({ decision: 'approve', digest: approval.digest });
    const others = routes.filter(({ credential = 'caller' }) => credential === 'caller');
    expect(others.length).toBeGreaterThan(15);
    for (const { method, path: template } of others) {
      const at = template.replaceAll(/\{\w+\}/g, approval.approval_id);
      const response = await api.send('nobody', `${method} ${at}`, {
        headers: { ...ours, cookie: carol, accept: 'text/html' },
        ...(method === 'GET' ? {} : { raw: body }),
      });
      expect([method, at, response.status]).toEqual([method, at, 401]);
    }
    expect(await types()).not.toContain('vote-cast');
  });

  it('takes no credential of the API for a session', async () => {
    for (const who of ['carol', 'operator'] as const) {
      expect((await api.call(who, `GET ${path()}`)).status).toBe(303);
      const form = { raw: new URLSearchParams({ ...(await fields()), decision: 'approve' }).toString() };
      expect((await api.call(who, `POST ${path()}/ballot`, { ...form, headers: ours })).status).toBe(403);
    }
    expect(await types()).not.toContain('vote-cast');
  });

  it('is not there where nobody can sign in', async () => {
    const plain = openApi();
    const { status, text } = await plain.call('nobody', 'GET /slack/approvals/apr_1');
    expect([status, text]).toEqual([404, expect.stringContaining('/approvals/apr_1')]);
  });

  it('fails as a page, with nothing of what happened on our side', async () => {
    const broken = openApi({
      change: () => ({
        pageSessions: {
          begin: async () => '',
          end: async () => {},
          find: () => Promise.reject(new Error('secret trouble')),
        },
      }),
    });
    const { status, headers, text } = await broken.call('nobody', 'GET /slack/approvals/apr_1');
    expect([status, headers.get('content-type')]).toEqual([500, 'text/html; charset=utf-8']);
    expect(text).not.toContain('secret trouble');
    expect(broken.logged).toHaveLength(1);
  });
});
