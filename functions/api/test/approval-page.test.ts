import { sha256Hex } from '@hitl/core';
import { readForms } from '@hitl/testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { openApi, type Who } from './api-world.ts';

const page = { accept: 'text/html,application/xhtml+xml' };
const ours = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' };

describe('the approval page', () => {
  let api: ReturnType<typeof openApi>;
  let approval: Awaited<ReturnType<typeof api.pending>>;
  const path = () => `/approvals/${approval.approval_id}`;
  const look = (who: Who) => api.call(who, `GET ${path()}`, { headers: page });
  /** What the page's form of that name would send. */
  const fields = async (action: 'ballot' | 'revision' = 'ballot') => {
    const forms = readForms((await look('carol')).text);
    const form = forms.find((each) => each.action === `${approval.approval_id}/${action}`);
    if (form === undefined) throw new Error(`there is no ${action}`);
    return { ...form.fields };
  };
  const submit = (who: Who, form: Record<string, string>, headers: Record<string, string> = ours) =>
    api.call(who, `POST ${path()}/ballot`, { raw: new URLSearchParams(form).toString(), headers });

  beforeEach(async () => {
    api = openApi();
    await api.ask('alice', 'suspend <script>alert(1)</script> \u202ejane');
    approval = await api.pending();
  });

  it('shows a browser the exact call, and programs the JSON as ever', async () => {
    const { headers, text } = await look('carol');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(text).toContain('dir/suspend');
    expect(text).toContain('<th scope="row">user</th><td><pre>&#34;jane&#34;</pre>');
    expect(text).toContain(approval.digest);
    expect((await api.call('carol', `GET ${path()}`)).body.digest).toBe(approval.digest);
  });

  it('shows foreign text as text: nothing runs, nothing is hidden', async () => {
    const { headers, text } = await look('carol');
    expect(text).not.toContain('<script');
    expect(text).toContain('&#60;script&#62;alert(1)&#60;/script&#62; \\u{202e}jane');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/default-src 'none'/);
    expect(policy).not.toMatch(/script-src|unsafe/);
    const style = /<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? '';
    expect(policy).toContain(Buffer.from(sha256Hex(style), 'hex').toString('base64'));
  });

  it('asks a browser without credentials for them, and decides nothing on being looked at', async () => {
    const { status, headers } = await look('nobody');
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toMatch(/^Basic /);
    for (let times = 0; times < 3; times += 1) await look('carol');
    expect((await api.pending()).approval_id).toBe(approval.approval_id);
  });

  it('votes through the one vote function, with the digest of what it rendered', async () => {
    const form = await fields();
    const { status, headers } = await submit('carol', { ...form, decision: 'approve', reason: '' });
    expect(status).toBe(303);
    expect(new URL(headers.get('location') ?? '', `http://api.test${path()}/ballot`).pathname).toBe(path());
    const { text } = await look('carol');
    expect(text).toContain('<strong>approved</strong> by carol');
    expect(text).not.toContain('<form');
    const vote = (await api.record()).find((entry) => entry.type === 'vote-cast');
    expect(vote?.data.vote).toMatchObject({
      principal_id: 'carol',
      channel: 'console',
      digest: approval.digest,
      rendered_digest: form.rendered_digest,
    });
  });

  it.each([
    ['alice', 'approve', 'alice asked for this'],
    ['mallory', 'approve', 'mallory is not among those who may approve'],
  ] as const)('tells %s why the vote does not count, on the page', async (who, decision, reason) => {
    const { status, text } = await submit(who, { ...(await fields()), decision, reason: '' });
    expect(status).toBe(403);
    expect(text).toContain(`role="alert">Your vote does not count: ${reason}`);
    expect(text).toContain('action="ballot"');
    expect((await api.record()).some((entry) => entry.type === 'vote-refused')).toBe(true);
  });

  it('refuses a form whose request changed since, and one without a reason to reject', async () => {
    const form = await fields();
    const changed = await submit('carol', { ...form, digest: '0'.repeat(64), decision: 'approve' });
    expect([changed.status, changed.text]).toEqual([
      409,
      expect.stringContaining('Your vote does not count'),
    ]);
    expect((await submit('carol', { ...form, decision: 'reject', reason: '  ' })).status).toBe(400);
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another port of the same host', { 'sec-fetch-site': 'same-site', origin: 'http://api.test:8080' }],
    ['an old browser on another page', { origin: 'https://evil.example' }],
    ['nobody knows where', {}],
  ])('takes no form from %s', async (_where, headers) => {
    const sent = { 'content-type': 'application/x-www-form-urlencoded', ...headers } as Record<
      string,
      string
    >;
    const { status, body } = await submit('carol', { ...(await fields()), decision: 'approve' }, sent);
    expect([status, body.code]).toEqual([403, 'forbidden']);
    expect((await api.pending()).approval_id).toBe(approval.approval_id);
  });
});
