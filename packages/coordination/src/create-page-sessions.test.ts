import { createFakeClock, createMemoryItemStore } from '@hitl/testing';
import { describe, expect, it } from '@jest/globals';
import { createPageSessions, pageSessionCookie, pageSessionSeconds } from './create-page-sessions.ts';
import { createHostCookie } from './host-cookie.ts';

const carol = { link: 'slack:T1/U1' };

function open() {
  const clock = createFakeClock();
  const keys: string[] = [];
  const items = createMemoryItemStore({ clock });
  const put: typeof items.put = (key, ...rest) => {
    keys.push(key);
    return items.put(key, ...rest);
  };
  return { clock, keys, sessions: createPageSessions({ ...items, put }) };
}

const cookieOf = (line: string): string => line.split(';')[0] ?? '';

describe('the session of a browser', () => {
  it('is found by its cookie, among others, until its hour is over', async () => {
    const { clock, sessions } = open();
    const cookie = `a=1; ${cookieOf(await sessions.begin(carol, null))}; b=2`;
    expect(await sessions.find(cookie)).toEqual(carol);
    clock.advance(pageSessionSeconds * 1000);
    expect(await sessions.find(cookie)).toBeUndefined();
  });

  it('can not be taken over by who reads where it is kept', async () => {
    const { keys, sessions } = open();
    const line = await sessions.begin(carol, null);
    const kept = keys[0]?.split(':')[1] ?? '';
    expect(kept).toMatch(/^[0-9a-f]{64}$/);
    expect(line).not.toContain(kept);
    expect(await sessions.find(`${pageSessionCookie.name}=${kept}`)).toBeUndefined();
  });

  it('is another one at each beginning, which ends the one before', async () => {
    const { sessions } = open();
    const first = cookieOf(await sessions.begin(carol, null));
    const second = cookieOf(await sessions.begin(carol, first));
    expect(second).not.toBe(first);
    expect([await sessions.find(first), await sessions.find(second)]).toEqual([undefined, carol]);
    await sessions.end(second);
    expect(await sessions.find(second)).toBeUndefined();
  });

  it.each([
    null,
    '',
    'a=1',
    pageSessionCookie.name,
    `${pageSessionCookie.name}=`,
    `x${pageSessionCookie.name}=1`,
  ])('is nobody’s by the cookie header %j', async (header) => {
    const { sessions } = open();
    expect(await sessions.find(header)).toBeUndefined();
    await sessions.end(header);
  });
});

describe('a cookie of this host', () => {
  it('goes to this host alone, over TLS, where no script reads it, and with no form of another page', () => {
    const cookie = createHostCookie('__Host-x');
    expect(cookie.set('v', 60)).toBe('__Host-x=v; Max-Age=60; Path=/; Secure; HttpOnly; SameSite=Lax');
    expect(cookie.cleared).toBe('__Host-x=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax');
  });
});
