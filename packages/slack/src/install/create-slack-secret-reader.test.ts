import { NotFoundError, UnavailableError } from '@hitl/core';
import { createFakeClock } from '@hitl/testing';
import { describe, expect, it } from '@jest/globals';
import { createSlackSecretReader } from './create-slack-secret-reader.ts';

function openReader(get: () => Promise<string>, fallback = {}) {
  const clock = createFakeClock();
  let reads = 0;
  const secrets = {
    get: () => {
      reads += 1;
      return get();
    },
  };
  const read = createSlackSecretReader({ secrets, name: 'agentcore-dev/slack', fallback, clock });
  return { read, clock, reads: () => reads };
}

describe('the app’s secret', () => {
  it('is read once a minute, by callers at the same time together', async () => {
    let value = 'one';
    const { read, clock, reads } = openReader(async () => JSON.stringify({ signing_secret: value }));
    expect(await Promise.all([read(), read()])).toMatchObject([
      { signing_secret: 'one' },
      { signing_secret: 'one' },
    ]);
    value = 'two';
    clock.advance(59_999);
    expect(await read()).toMatchObject({ signing_secret: 'one' });
    expect(reads()).toBe(1);
    clock.advance(1);
    expect(await read()).toMatchObject({ signing_secret: 'two' });
  });

  it('stays what it was while it can’t be read, and is an error before it ever was', async () => {
    let isDown = false;
    const get = async () => {
      if (isDown) throw new UnavailableError('down');
      return '{"signing_secret":"one"}';
    };
    const { read, clock } = openReader(get);
    await read();
    isDown = true;
    clock.advance(60_000);
    expect(await read()).toMatchObject({ signing_secret: 'one' });
    await expect(openReader(get).read()).rejects.toBeInstanceOf(UnavailableError);
  });

  it('takes from the environment what it does not hold, and nothing that it does', async () => {
    const fallback = { signing_secret: 'of-environment', bot_token: 'of-environment' };
    const partly = openReader(async () => '{"signing_secret":"stored","bot_token":""}', fallback);
    expect(await partly.read()).toMatchObject({ signing_secret: 'stored', bot_token: 'of-environment' });
    const empty = openReader(() => Promise.reject(new NotFoundError('none')), fallback);
    expect(await empty.read()).toEqual(fallback);
  });
});
