import { describe, expect, it } from '@jest/globals';
import { openIngress, publicUrl } from '../../test/open-ingress.ts';
import { createSlackCaller } from '../call/create-slack-caller.ts';
import { SlackRefusedError } from '../call/slack-refused-error.ts';
import { botScopes } from '../manifest/app-features.ts';
import { createBotTokens } from './create-bot-tokens.ts';
import { createInstallRoutes } from './create-install-routes.ts';
import { createTokenRotation } from './create-token-rotation.ts';
import { removeInstallation } from './remove-installation.ts';

type World = Awaited<ReturnType<typeof openIngress>>;

/** A browser: it keeps the cookie and goes where it is sent. */
function openBrowser({ ingress }: World) {
  let cookie: string | undefined;
  const visit = async (url: string): Promise<Response> => {
    const headers = new Headers(cookie === undefined ? {} : { cookie: `other=1; ${cookie}` });
    const response = await ingress(new Request(url, { headers }));
    for (const line of response.headers.getSetCookie()) cookie = line.split(';')[0];
    return response;
  };
  return {
    visit,
    /** To Slack's consent page and back to our callback's address. */
    async start(): Promise<{ started: Response; callback: string }> {
      const started = await visit(`${publicUrl}/slack/install`);
      const consent = await fetch(started.headers.get('location') ?? '', { redirect: 'manual' });
      return { started, callback: consent.headers.get('location') ?? '' };
    },
  };
}

const rotatingApp = { client_id: '1.2', client_secret: 'app-secret', rotation: true };

describe('the installation', () => {
  it('sends the browser to Slack with what it asks for and a state that nobody can guess', async () => {
    const world = await openIngress();
    const { started } = await openBrowser(world).start();
    expect(started.status).toBe(302);
    const target = new URL(started.headers.get('location') ?? '');
    const state = target.searchParams.get('state') ?? '';
    expect(Buffer.from(state, 'base64url')).toHaveLength(32);
    expect(target.searchParams.get('scope')).toBe(botScopes.join(','));
    expect(target.searchParams.get('redirect_uri')).toBe(`${publicUrl}/oauth/callback`);
    expect(started.headers.get('set-cookie')).toBe(
      `__Host-slack-oauth-state=${state}; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=Lax`,
    );
    expect(started.headers.get('cache-control')).toBe('no-store');
  });

  it('trades the code for a token, keeps it under the workspace, and the token works', async () => {
    const world = await openIngress();
    const browser = openBrowser(world);
    const { callback } = await browser.start();
    const page = await browser.visit(callback);
    expect(page.status).toBe(200);
    const installation = await world.installations.get('T0ACME');
    expect(installation).toMatchObject({ team_id: 'T0ACME', installed_at: '2026-11-23T09:00:00.000Z' });
    expect(installation).not.toHaveProperty('enterprise_id');
    const token = installation?.bot_token ?? '';
    await expect(world.slack({ method: 'auth.test', token, arguments: {} })).resolves.toMatchObject({
      ok: true,
    });
    const html = await page.text();
    expect(html).not.toContain(token);
    expect(JSON.stringify(world.lines)).not.toContain(token);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('works once: not again, not in another browser, not after ten minutes', async () => {
    const world = await openIngress();
    const browser = openBrowser(world);
    const { callback } = await browser.start();
    const stranger = await openBrowser(world).visit(callback);
    expect([stranger.status, await stranger.text()]).toEqual([400, expect.stringContaining('this browser')]);
    const victim = openBrowser(world);
    await victim.start();
    expect((await victim.visit(callback)).status).toBe(400);
    expect(world.secrets.values.size).toBe(0);
    expect((await browser.visit(callback)).status).toBe(200);
    expect((await browser.visit(callback)).status).toBe(400);
    const late = openBrowser(world);
    const started = await late.start();
    world.clock.advance(600_000);
    const answer = await late.visit(started.callback);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('ten minutes')]);
  });

  it('lets one of two racing callbacks through', async () => {
    const world = await openIngress();
    const browser = openBrowser(world);
    const { callback } = await browser.start();
    const answers = await Promise.all([browser.visit(callback), browser.visit(callback)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  it('starts anew where Slack’s own pages began it without us', async () => {
    const world = await openIngress();
    const direct = await openBrowser(world).visit(`${publicUrl}/oauth/callback?code=abc`);
    expect([direct.status, direct.headers.get('location')]).toEqual([302, '/slack/install']);
  });

  it('says in plain words what went wrong, and shows nothing that came with the address', async () => {
    const world = await openIngress();
    const browser = openBrowser(world);
    const bad = '<script>alert(1)</script>';
    const denied = await browser.visit(
      `${publicUrl}/oauth/callback?error=${encodeURIComponent(bad)}&state=x`,
    );
    expect(denied.status).toBe(400);
    expect(await denied.text()).not.toContain('<script>');
    expect((await browser.visit(`${publicUrl}/oauth/callback`)).status).toBe(400);
    const { callback } = await browser.start();
    const spoilt = new URL(callback);
    spoilt.searchParams.set('code', 'not-a-code');
    const refused = await browser.visit(spoilt.href);
    expect([refused.status, await refused.text()]).toEqual([502, expect.stringContaining('invalid_code')]);
  });

  it('escapes the name of the workspace', async () => {
    const { plainPage } = await import('../plain-page.ts');
    const page = await plainPage(200, `<b>"'&`, '<img src=x onerror=alert(1)>').text();
    expect(page).not.toMatch(/<b>|<img/);
  });

  it('waits longer for the token than a click could: the code works once', async () => {
    const late: typeof fetch = (_url, init) =>
      new Promise((resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason));
        setTimeout(() => resolve(Response.json({ ok: true })), 50);
      });
    const slack = createSlackCaller({ fetch: late, timeoutMs: 1 });
    const call = { method: 'oauth.v2.access', arguments: {} };
    await expect(slack(call)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(slack({ ...call, timeoutMs: 60_000 })).resolves.toMatchObject({ ok: true });

    const world = await openIngress();
    const patience: unknown[] = [];
    const { finish } = createInstallRoutes({
      ...world.rotation,
      items: world.items,
      publicUrl,
      log: { ...world.rotation.log, info() {} },
      slack: (asked) => {
        patience.push(asked.timeoutMs);
        return world.slack(asked);
      },
    });
    const browser = openBrowser({
      ...world,
      ingress: (request) => (request.url.includes('/oauth/callback') ? finish : world.ingress)(request),
    });
    const { callback } = await browser.start();
    expect((await browser.visit(callback)).status).toBe(200);
    expect(patience).toEqual([10_000]);
  });

  it('of a whole organisation is kept under the organisation', async () => {
    const workspaces = [
      { team_id: 'T0ACME', enterprise_id: 'E0ACME', users: ['alice', 'bob'], channels: ['ops'] },
    ];
    const world = await openIngress({ front: { workspaces } });
    world.front.consentNext({ answer: 'allow', wholeOrganisation: true });
    const browser = openBrowser(world);
    const { callback } = await browser.start();
    expect((await browser.visit(callback)).status).toBe(200);
    const installation = await world.installations.get('E0ACME');
    expect(installation).toMatchObject({ enterprise_id: 'E0ACME' });
    expect(installation).not.toHaveProperty('team_id');
  });
});

describe('a token that rotates', () => {
  async function install() {
    const world = await openIngress({
      front: {
        app: rotatingApp,
        workspaces: [{ team_id: 'T0ACME', users: ['alice', 'bob'], channels: ['ops'] }],
      },
    });
    const browser = openBrowser(world);
    const { callback } = await browser.start();
    expect((await browser.visit(callback)).status).toBe(200);
    const installation = await world.installations.get('T0ACME');
    if (installation === undefined) throw new Error('not installed');
    const works = async (token: string) =>
      world.slack({ method: 'auth.test', token, arguments: {} }).then(
        () => true,
        () => false,
      );
    return { ...world, installation, works };
  }

  it('is left alone until two hours before its end, then renewed and written before it is used', async () => {
    const { rotation, installation, installations, clock, works } = await install();
    const renewed = createTokenRotation(rotation);
    clock.advance(10 * 3_600_000 - 1000);
    expect(await renewed('T0ACME', installation)).toEqual(installation);
    clock.advance(1000);
    const next = await renewed('T0ACME', installation);
    expect(next.bot_token).not.toBe(installation.bot_token);
    expect(next.refresh_token).not.toBe(installation.refresh_token);
    expect(await installations.get('T0ACME')).toEqual(next);
    expect(await works(next.bot_token)).toBe(true);
  });

  it('is renewed once by many at the same time; who is not first uses what is still valid', async () => {
    const { rotation, installation, clock, front, works } = await install();
    clock.advance(11 * 3_600_000);
    const workers = Array.from({ length: 8 }, () => createTokenRotation(rotation));
    const all = await Promise.all(workers.map((renewed) => renewed('T0ACME', installation)));
    const renewals = front.calls('oauth.v2.access').filter(({ args }) => args.grant_type === 'refresh_token');
    expect(renewals).toHaveLength(1);
    for (const { bot_token } of all) expect(await works(bot_token)).toBe(true);
    // Whoever comes with the old pair in its memory finds the new one.
    expect((await createTokenRotation(rotation)('T0ACME', installation)).bot_token).not.toBe(
      installation.bot_token,
    );
  });

  it('is written with patience, and used as it is when Slack can’t renew it now', async () => {
    const { rotation, installation, installations, clock, front } = await install();
    clock.advance(11 * 3_600_000);
    front.failNext('oauth.v2.access', { kind: 'http', status: 500 });
    expect(await createTokenRotation(rotation)('T0ACME', installation)).toEqual(installation);
    let failures = 3;
    const flaky = {
      ...installations,
      put: async (...all: Parameters<typeof installations.put>) => {
        failures -= 1;
        if (failures >= 0) throw new Error('down');
        return installations.put(...all);
      },
    };
    const next = await createTokenRotation({ ...rotation, installations: flaky })('T0ACME', installation);
    expect(await installations.get('T0ACME')).toEqual(next);
  });

  it('is renewed with more patience than a click has, under a lease that lasts until the new pair is written', async () => {
    const { rotation, installation, clock, front, slack } = await install();
    clock.advance(11 * 3_600_000);
    const patience: unknown[] = [];
    let meanwhile: unknown;
    const slow = {
      ...rotation,
      oauthClient: async () => {
        clock.advance(50_000);
        return rotation.oauthClient();
      },
      slack: async (call: Parameters<typeof slack>[0]) => {
        patience.push(call.timeoutMs);
        const answer = await slack(call);
        clock.advance(30_000);
        // While the answer is on its way nobody else begins.
        meanwhile = await createTokenRotation(rotation)('T0ACME', installation);
        return answer;
      },
    };
    const next = await createTokenRotation(slow)('T0ACME', installation);
    expect(patience).toEqual([20_000]);
    expect(meanwhile).toEqual(installation);
    expect(next.bot_token).not.toBe(installation.bot_token);
    expect(front.calls('oauth.v2.access').filter(({ ok }) => !ok)).toEqual([]);
  });

  it('that was lost with Slack’s answer is not asked for again at once; then it is said that only installing anew helps', async () => {
    const { rotation, installation, installations, clock, front, lines } = await install();
    let lost = 0;
    const onLost = () => {
      lost += 1;
    };
    const renewed = createTokenRotation({ ...rotation, onLost });
    clock.advance(11 * 3_600_000);
    front.failNext('oauth.v2.access', { kind: 'reset', when: 'after' });
    const asked = () =>
      front.calls('oauth.v2.access').filter(({ args }) => args.grant_type === 'refresh_token');
    expect(await renewed('T0ACME', installation)).toEqual(installation);
    expect(asked()).toHaveLength(1);
    expect(lines.at(-1)).toMatchObject({ level: 'warn', message: 'a Slack token was not renewed' });
    expect(lost).toBe(0);
    // What works for another hour is used for as long.
    expect(await renewed('T0ACME', installation)).toEqual(installation);
    expect(asked().at(-1)).toMatchObject({ error: 'invalid_refresh_token' });
    expect(lines.at(-1)).toMatchObject({
      level: 'error',
      message: expect.stringContaining('install the app again at /slack/install'),
      facts: { id: 'T0ACME' },
    });
    expect(lost).toBe(1);
    clock.advance(2 * 3_600_000);
    await expect(renewed('T0ACME', installation)).rejects.toThrow('install the app again');
    const anew = { ...installation, bot_token: 'anew', refresh_token: 'anew' };
    const inBetween = async (): Promise<never> => {
      await installations.put('T0ACME', anew);
      throw new SlackRefusedError('oauth.v2.access', 'invalid_refresh_token');
    };
    const late = createTokenRotation({ ...rotation, slack: inBetween, onLost });
    expect(await late('T0ACME', installation)).toEqual(anew);
    expect(lost).toBe(2);
  });

  it('that is over and can’t be renewed is no token', async () => {
    const { rotation, installation, clock, front } = await install();
    clock.advance(13 * 3_600_000);
    front.failNext('oauth.v2.access', { kind: 'http', status: 500 });
    await expect(createTokenRotation(rotation)('T0ACME', installation)).rejects.toMatchObject({
      status: 503,
    });
  });
});

describe('bot tokens', () => {
  it('are those of the installation, else the one of the app’s own secret, else none', async () => {
    const { installations } = await openIngress();
    const base = { scopes: [], installed_at: '2026-11-23T09:00:00.000Z' };
    await installations.put('T1', { ...base, team_id: 'T1', bot_token: 'of-team' });
    await installations.put('E1', { ...base, enterprise_id: 'E1', bot_token: 'of-org' });
    const tokens = createBotTokens({ installations, fallbackToken: async () => 'fallback' });
    expect(await tokens({ team_id: 'T1' })).toBe('of-team');
    expect(await tokens({ team_id: 'T1', enterprise_id: 'E1' })).toBe('of-org');
    expect(await tokens({ team_id: 'T2' })).toBe('fallback');
    const strict = createBotTokens({ installations, fallbackToken: async () => undefined });
    await expect(strict({ team_id: 'T2' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(strict({})).rejects.toMatchObject({ code: 'not_found' });
  });

  it('are kept for a minute, but not one that Slack refused', async () => {
    const { installations, clock } = await openIngress();
    const base = { team_id: 'T1', scopes: [], installed_at: '2026-11-23T09:00:00.000Z' };
    await installations.put('T1', { ...base, bot_token: 'old' });
    let looked = 0;
    const counted = { ...installations, get: (id: string) => installations.get(id).finally(() => looked++) };
    const tokens = createBotTokens({ installations: counted, fallbackToken: async () => undefined, clock });
    const ref = { team_id: 'T1' };
    expect(await tokens(ref)).toBe('old');
    await installations.put('T1', { ...base, bot_token: 'new' });
    expect(await tokens(ref)).toBe('old');
    expect(await Promise.all([tokens(ref, 'old'), tokens(ref, 'old'), tokens(ref)])).toEqual(
      Array.from({ length: 3 }, () => 'new'),
    );
    // Whoever is late with the old one is told of the new one without another look.
    expect(await tokens(ref, 'old')).toBe('new');
    expect(looked).toBe(2);
  });
});

describe('an uninstallation', () => {
  const installed = { team_id: 'T1', bot_token: 'x', scopes: [], installed_at: '2026-11-23T09:00:00.000Z' };
  const job = {
    kind: 'uninstalled',
    job_id: 'event:Ev1',
    received_at: '2026-11-23T10:00:00.000Z',
    team_id: 'T1',
    reason: 'app_uninstalled',
    event_time_seconds: Date.parse('2026-11-23T10:00:00.000Z') / 1000,
  } as const;

  it('throws the token away, also when it is told twice', async () => {
    const { installations } = await openIngress();
    await installations.put('T1', installed);
    expect(await removeInstallation(installations, job)).toBe(true);
    expect(await installations.get('T1')).toBeUndefined();
    expect(await removeInstallation(installations, job)).toBe(false);
  });

  it('that is told late leaves alone what was installed since', async () => {
    const { installations } = await openIngress();
    await installations.put('T1', { ...installed, installed_at: '2026-11-23T10:00:05.000Z' });
    expect(await removeInstallation(installations, job)).toBe(false);
    expect(await installations.get('T1')).toBeDefined();
  });

  it('of one workspace leaves an organisation’s installation alone', async () => {
    const { installations } = await openIngress();
    await installations.put('E1', { ...installed, enterprise_id: 'E1' });
    const revoked = { ...job, enterprise_id: 'E1', reason: 'team_access_revoked' } as const;
    expect(await removeInstallation(installations, revoked)).toBe(false);
    expect(await installations.get('E1')).toBeDefined();
  });
});
