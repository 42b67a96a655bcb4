import { pageSessionCookie } from '@hitl/coordination';
import { type Browser, type BrowserPage, createBrowser } from '@hitl/testing';
import { describe, expect, it } from '@jest/globals';
import { type OpenIngressOptions, openIngress, publicUrl } from '../../test/open-ingress.ts';

const stateCookie = '__Host-slack-login-state';
const login = `${publicUrl}/slack/login?approval=apr_1`;
const callbackPath = `${publicUrl}/slack/login/callback`;

async function openLogin(options: OpenIngressOptions = {}) {
  const world = await openIngress({
    ...options,
    front: {
      app: { client_id: '1.2', client_secret: 'app-secret', redirect_urls: [callbackPath] },
      workspaces: [
        { team_id: 'T0ACME', users: ['alice', 'bob'], channels: ['ops'] },
        { team_id: 'T0EVIL', users: ['eve'] },
      ],
      ...options.front,
    },
  });
  const openBrowser = (): Browser => createBrowser({ sites: { [publicUrl]: world.ingress } });
  const link = async (browser: Browser): Promise<string | undefined> => {
    const secret = browser.cookie(publicUrl, pageSessionCookie.name);
    if (secret === undefined) return undefined;
    return (await world.sessions.find(`other=1; ${pageSessionCookie.name}=${secret}`))?.link;
  };
  /** To Slack's consent page and back to our callback's address, without opening it. */
  const toCallback = async (browser: Browser, url = login): Promise<string> => {
    const started = await browser.visit(url, { follow: false });
    const consented = await browser.visit(started.headers.get('location') ?? '', { follow: false });
    return consented.headers.get('location') ?? '';
  };
  return { ...world, openBrowser, link, toCallback };
}

const refused = (page: BrowserPage, status: number, text: string) => {
  expect([page.status, page.text]).toEqual([status, expect.stringContaining(text)]);
  expect(page.headers.getSetCookie().join()).not.toContain(pageSessionCookie.name);
};

describe('signing in with Slack', () => {
  it('asks Slack who it is and nothing more, with a state and a nonce that nobody can guess', async () => {
    const { openBrowser, front } = await openLogin();
    const started = await openBrowser().visit(login, { follow: false });
    expect(started.status).toBe(302);
    const target = new URL(started.headers.get('location') ?? '');
    expect(target.origin + target.pathname).toBe(`${front.url}/openid/connect/authorize`);
    const { state, nonce, ...rest } = Object.fromEntries(target.searchParams);
    expect(rest).toEqual({
      response_type: 'code',
      client_id: '1.2',
      scope: 'openid',
      redirect_uri: callbackPath,
    });
    for (const random of [state, nonce]) expect(Buffer.from(random ?? '', 'base64url')).toHaveLength(32);
    expect(state).not.toBe(nonce);
    expect(started.headers.getSetCookie()).toEqual([
      `${stateCookie}=${state}; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=Lax`,
    ]);
    expect(started.headers.get('cache-control')).toBe('no-store');
  });

  it('leads to the approval’s page with a session of the account that consented', async () => {
    const { openBrowser, toCallback, link, front, alice, lines, items } = await openLogin();
    front.consentNext({ answer: 'allow', user: alice });
    const browser = openBrowser();
    const done = await browser.visit(await toCallback(browser), { follow: false });
    expect([done.status, done.headers.get('location')]).toEqual([302, '/slack/approvals/apr_1']);
    const secret = browser.cookie(publicUrl, pageSessionCookie.name) ?? '';
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(done.headers.getSetCookie()).toEqual([
      `__Host-hitl-session=${secret}; Max-Age=3600; Path=/; Secure; HttpOnly; SameSite=Lax`,
      `${stateCookie}=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax`,
    ]);
    expect(await link(browser)).toBe(`slack:T0ACME/${alice}`);
    // Neither the secret itself nor Slack's token stands anywhere.
    expect(await items.get(`page-session:${secret}`)).toBeUndefined();
    const [token] = front.calls('openid.connect.userInfo');
    expect(token?.ok).toBe(true);
    expect(JSON.stringify(lines)).not.toContain(secret);
    expect(JSON.stringify(lines)).not.toMatch(/xoxp/);
  });

  it('keeps a session for an hour', async () => {
    const { openBrowser, toCallback, link, clock } = await openLogin();
    const browser = openBrowser();
    await browser.visit(await toCallback(browser), { follow: false });
    clock.advance(3_600_000 - 1000);
    expect(await link(browser)).toBeDefined();
    clock.advance(1000);
    expect(await link(browser)).toBeUndefined();
  });

  it('begins a new session each time, and ends the one before', async () => {
    const { openBrowser, toCallback, link, sessions, front, alice, bob } = await openLogin();
    const browser = openBrowser();
    front.consentNext({ answer: 'allow', user: alice });
    await browser.visit(await toCallback(browser), { follow: false });
    const before = browser.cookie(publicUrl, pageSessionCookie.name);
    front.consentNext({ answer: 'allow', user: bob });
    await browser.visit(await toCallback(browser), { follow: false });
    expect(browser.cookie(publicUrl, pageSessionCookie.name)).not.toBe(before);
    expect(await link(browser)).toBe(`slack:T0ACME/${bob}`);
    expect(await sessions.find(`${pageSessionCookie.name}=${before}`)).toBeUndefined();
  });

  it('takes over no session that somebody else put into the browser', async () => {
    const { openBrowser, toCallback, sessions } = await openLogin();
    const victim = openBrowser();
    victim.setCookie(publicUrl, pageSessionCookie.name, 'planted');
    await victim.visit(await toCallback(victim), { follow: false });
    expect(victim.cookie(publicUrl, pageSessionCookie.name)).not.toBe('planted');
    expect(await sessions.find(`${pageSessionCookie.name}=planted`)).toBeUndefined();
  });

  it('works once: not again, not in another browser, not with a state of one’s own, not after ten minutes', async () => {
    const { openBrowser, toCallback, clock, link } = await openLogin();
    const browser = openBrowser();
    const callback = await toCallback(browser);
    refused(await openBrowser().visit(callback), 400, 'this browser');
    const other = openBrowser();
    await toCallback(other);
    refused(await other.visit(callback), 400, 'this browser');
    const forged = openBrowser();
    forged.setCookie(publicUrl, stateCookie, 'mine');
    refused(await forged.visit(`${callbackPath}?code=abc&state=mine`), 400, 'used before');
    refused(await openBrowser().visit(`${callbackPath}?code=abc`), 400, 'this browser');
    expect((await browser.visit(callback, { follow: false })).status).toBe(302);
    refused(await browser.visit(callback), 400, 'this browser');
    const late = openBrowser();
    const lateCallback = await toCallback(late);
    clock.advance(600_000);
    refused(await late.visit(lateCallback), 400, 'ten minutes');
    expect(await link(late)).toBeUndefined();
  });

  it('lets one of two racing callbacks through', async () => {
    const { openBrowser, toCallback } = await openLogin();
    const browser = openBrowser();
    const callback = await toCallback(browser);
    const answers = await Promise.all([1, 2].map(() => browser.visit(callback, { follow: false })));
    expect(answers.map(({ status }) => status).sort()).toEqual([302, 400]);
  });

  it('takes no state of an installation, and an installation none of a sign-in', async () => {
    const { openBrowser, ingress } = await openLogin();
    const browser = openBrowser();
    const install = await browser.visit(`${publicUrl}/slack/install`, { follow: false });
    const state = new URL(install.headers.get('location') ?? '').searchParams.get('state') ?? '';
    browser.setCookie(publicUrl, stateCookie, state);
    refused(await browser.visit(`${callbackPath}?code=abc&state=${state}`), 400, 'used before');
    const started = await browser.visit(login, { follow: false });
    const own = new URL(started.headers.get('location') ?? '').searchParams.get('state') ?? '';
    const headers = { cookie: `__Host-slack-oauth-state=${own}` };
    const request = new Request(`${publicUrl}/oauth/callback?code=abc&state=${own}`, { headers });
    expect((await ingress(request)).status).toBe(400);
  });

  it.each([
    ['a host', 'approval=https://evil.example'],
    ['a path', 'approval=../install'],
    ['a path with two slashes', 'approval=/evil.example'],
    ['a line break', 'approval=apr_1%0d%0aset-cookie:%20a=b'],
    ['nothing', ''],
    ['an empty name', 'approval='],
    ['two names', 'approval=apr_1&approval=apr_2'],
  ])('sends nobody anywhere else than to an approval’s page: %s', async (_what, query) => {
    const { openBrowser } = await openLogin();
    const page = await openBrowser().visit(`${publicUrl}/slack/login?${query}`, { follow: false });
    refused(page, 400, 'names no approval request');
    expect(page.headers.get('location')).toBeNull();
    expect(page.text).not.toContain('evil');
  });

  it('goes nowhere that the way back names', async () => {
    const { openBrowser, toCallback } = await openLogin();
    const browser = openBrowser();
    const callback = new URL(await toCallback(browser));
    for (const name of ['approval', 'redirect_uri', 'next'])
      callback.searchParams.set(name, 'https://evil.example');
    const done = await browser.visit(callback.href, { follow: false });
    expect(done.headers.get('location')).toBe('/slack/approvals/apr_1');
  });

  it('says so when the person declined, and shows nothing that came with the address', async () => {
    const { openBrowser, toCallback, front } = await openLogin();
    front.consentNext({ answer: 'deny' });
    const browser = openBrowser();
    const callback = new URL(await toCallback(browser));
    callback.searchParams.set('error', '<script>alert(1)</script>');
    const page = await browser.visit(callback.href);
    refused(page, 400, 'did not confirm who you are');
    expect(page.text).not.toContain('<script');
    expect(page.text).toContain('href="/slack/login?approval=apr_1"');
    // Used up all the same.
    refused(await browser.visit(callback.href), 400, 'used before');
  });

  it('is refused with a code that is none, was used, or is another app’s', async () => {
    const { openBrowser, toCallback, front } = await openLogin();
    const first = openBrowser();
    const used = new URL(await toCallback(first)).searchParams.get('code') ?? '';
    expect((await first.visit(await toCallback(first), { follow: false })).status).toBe(302);
    for (const code of ['not-a-code', used]) {
      const browser = openBrowser();
      const callback = new URL(await toCallback(browser));
      if (code === used) {
        // Spent by somebody who is not this browser: the nonce is not its own.
        callback.searchParams.set('code', used);
        refused(await browser.visit(callback.href), 502, 'could not be asked');
      } else {
        callback.searchParams.set('code', code);
        refused(await browser.visit(callback.href), 502, 'invalid_code');
      }
    }
    front.failNext('openid.connect.token', { kind: 'http', status: 500 });
    const down = openBrowser();
    refused(await down.visit(await toCallback(down)), 502, 'could not be asked');
    front.failNext('openid.connect.userInfo', { kind: 'error', error: 'token_revoked' });
    const gone = openBrowser();
    refused(await gone.visit(await toCallback(gone)), 502, 'token_revoked');
  });

  it('is refused with somebody else’s code that has not been used yet', async () => {
    const { openBrowser, toCallback, link, lines } = await openLogin();
    const victim = openBrowser();
    const stolen = new URL(await toCallback(victim)).searchParams.get('code') ?? '';
    const thief = openBrowser();
    const callback = new URL(await toCallback(thief));
    callback.searchParams.set('code', stolen);
    refused(await thief.visit(callback.href), 502, 'could not be asked');
    expect(await link(thief)).toBeUndefined();
    expect(JSON.stringify(lines.map(({ facts }) => String(facts.error)))).toContain('nonce');
  });

  it.each([
    ['another issuer', { iss: 'https://evil.example' }],
    ['another app', { aud: '9.9' }],
    ['this app and another', { aud: ['1.2', '9.9'] }],
    ['nobody', { aud: [] }],
    ['a time that is over', { exp: 1 }],
    ['another sign-in', { nonce: 'x' }],
    ['no sign-in', { nonce: undefined }],
    ['another person', { sub: 'U0OTHER' }],
  ])('is refused with an id_token of %s', async (_what, claims) => {
    const { openBrowser, toCallback, front, link } = await openLogin();
    front.spoilNextIdToken(claims);
    const browser = openBrowser();
    refused(await browser.visit(await toCallback(browser)), 502, 'could not be asked');
    expect(await link(browser)).toBeUndefined();
  });

  it('is refused with a client secret that Slack does not know', async () => {
    const { openBrowser, toCallback } = await openLogin({ clientSecret: 'wrong' });
    const browser = openBrowser();
    refused(await browser.visit(await toCallback(browser)), 502, 'bad_client_secret');
  });

  it('proves an account of whatever workspace it is: that is for the directory to know', async () => {
    const { openBrowser, toCallback, link, front } = await openLogin();
    const eve = front.workspaces[1]?.users.eve ?? '';
    front.consentNext({ answer: 'allow', team_id: 'T0EVIL', user: eve });
    const browser = openBrowser();
    await browser.visit(await toCallback(browser), { follow: false });
    expect(await link(browser)).toBe(`slack:T0EVIL/${eve}`);
  });

  it('says what is missing where the app has no client id', async () => {
    const { openBrowser } = await openLogin({ isWithoutClient: true });
    for (const path of [login, `${callbackPath}?code=a&state=b`])
      refused(await openBrowser().visit(path), 404, 'no client id and client secret');
  });

  it('is begun and ended by looking at an address, and by nothing else', async () => {
    const { ingress } = await openLogin();
    for (const path of [login, callbackPath])
      expect((await ingress(new Request(path, { method: 'POST' }))).status).toBe(405);
  });
});
