import { describe, expect, it } from '@jest/globals';
import { openIngress } from '../../test/open-ingress.ts';
import { actionIds, encodeButtonValue, modalBlocks } from '../approval-controls.ts';
import { decodeModalMetadata } from '../modal-metadata.ts';

const shown = { approval_id: 'apr_1', digest: 'a'.repeat(64), rendered_digest: 'b'.repeat(64) };

/** A channel with a card that has all buttons. */
async function openCard(options: Parameters<typeof openIngress>[0] = {}) {
  const world = await openIngress(options);
  const { front, ops } = world;
  const value = encodeButtonValue(shown);
  const button = (action_id: string, text: string, more: object = { value }) => ({
    type: 'button',
    action_id,
    text: { type: 'plain_text', text },
    ...more,
  });
  const posted = await world.slack({
    method: 'chat.postMessage',
    token: front.botToken,
    arguments: {
      channel: ops,
      text: 'card',
      blocks: [
        {
          type: 'actions',
          elements: [
            button(actionIds.approve, 'Approve'),
            button(actionIds.reject, 'Reject'),
            button(actionIds.edit, 'Edit'),
            button(actionIds.stop, 'Stop', { value: 'run_1' }),
            button(actionIds.open, 'Open', { url: 'https://hitl.example.com/' }),
          ],
        },
      ],
    },
  });
  const ts = String(posted.ts);
  const click = (action_id: string, more: { value?: string } = {}) =>
    world.driver.click({ user: world.alice, channel: ops, message_ts: ts, action_id, ...more });
  return { ...world, ts, click };
}

describe('a click', () => {
  it('on Approve is a vote on what was shown, by whom Slack says clicked', async () => {
    const { click, jobs, queue, alice, ops, ts } = await openCard();
    const answer = await click(actionIds.approve);
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(jobs()).toMatchObject([
      {
        kind: 'vote',
        decision: 'approve',
        ...shown,
        team_id: 'T0ACME',
        who: { team_id: 'T0ACME', user_id: alice },
        where: { channel_id: ops, thread_ts: ts, message_ts: ts },
      },
    ]);
    expect(queue.jobs[0]?.group).toBe('approval:apr_1');
  });

  it('that somebody repeats word for word is the same job; a second click is another', async () => {
    const { click, driver, jobs, clock } = await openCard();
    const body = async () => {
      const payload = {
        type: 'block_actions',
        team: { id: 'T0ACME' },
        user: { id: 'U1', team_id: 'T0ACME' },
        actions: [{ action_id: actionIds.approve, value: encodeButtonValue(shown), action_ts: '1.1' }],
      };
      return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    };
    const type = 'application/x-www-form-urlencoded';
    await driver.raw('/slack/interactions', type, await body());
    await driver.raw('/slack/interactions', type, await body());
    expect(jobs()).toHaveLength(1);
    await click(actionIds.approve);
    clock.advance(1000);
    await click(actionIds.approve);
    expect(jobs()).toHaveLength(3);
  });

  it('on Reject asks for the reason, without which nothing is sent', async () => {
    const { click, driver, front, jobs, alice, ops, ts } = await openCard();
    await click(actionIds.reject);
    expect(jobs()).toEqual([]);
    const [view] = front.views();
    if (view === undefined) throw new Error('no modal');
    const submit = (reason: string) =>
      driver.submit({ user: alice, view_id: view.id, values: { [modalBlocks.reason]: reason } });
    expect(await (await submit('  \n ')).json()).toMatchObject({
      response_action: 'errors',
      errors: { [modalBlocks.reason]: expect.any(String) },
    });
    expect(await (await submit('not her')).json()).toEqual({ response_action: 'clear' });
    expect(front.views()).toEqual([]);
    expect(jobs()).toMatchObject([
      {
        kind: 'vote',
        decision: 'reject',
        reason: 'not her',
        ...shown,
        who: { user_id: alice },
        where: { channel_id: ops, message_ts: ts },
      },
    ]);
  });

  it('on Edit opens a modal at once, which the worker is asked to fill', async () => {
    const { click, front, jobs, alice } = await openCard();
    await click(actionIds.edit);
    const [view] = front.views();
    expect(decodeModalMetadata(String(view?.view.private_metadata))).toMatchObject(shown);
    expect(view?.view).not.toHaveProperty('submit');
    expect(jobs()).toMatchObject([
      {
        kind: 'fill-edit-modal',
        ...shown,
        view_id: view?.id,
        view_hash: view?.hash,
        who: { user_id: alice },
      },
    ]);
  });

  it('on Edit of one call among several names that call to the worker; no other button can', async () => {
    const { click, front, jobs } = await openCard();
    const value = encodeButtonValue({ ...shown, call_id: 'call_0_1' });
    await click(actionIds.edit, { value });
    await click(actionIds.approve, { value });
    await click(actionIds.reject, { value });
    const [edit, reject] = front
      .views()
      .map(({ view }) => decodeModalMetadata(String(view.private_metadata)));
    expect(edit).toMatchObject({ ...shown, call_id: 'call_0_1' });
    expect(reject).not.toHaveProperty('call_id');
    const [fill, vote] = jobs();
    expect(fill).toMatchObject({ kind: 'fill-edit-modal', ...shown, call_id: 'call_0_1' });
    expect(vote).toMatchObject({ kind: 'vote', ...shown });
    expect(vote).not.toHaveProperty('call_id');
  });

  it('opens its modal with the token that was installed since, where the one in memory is revoked', async () => {
    const { click, front, installations } = await openCard();
    const install = (token: string) =>
      installations.put('T0ACME', {
        team_id: 'T0ACME',
        bot_token: token,
        scopes: [],
        installed_at: '2026-11-23T09:00:00.000Z',
      });
    const old = front.issueToken().token;
    await install(old);
    await click(actionIds.reject);
    await install(front.issueToken().token);
    front.revokeToken(old);
    await click(actionIds.reject);
    expect(front.calls('views.open').map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(front.views()).toHaveLength(2);
  });

  it('that comes when its trigger is over says so to the person, and is no error to Slack', async () => {
    const { click, front, jobs } = await openCard();
    front.failNext('views.open', { kind: 'error', error: 'expired_trigger_id' });
    const answer = await click(actionIds.reject);
    expect(answer.status).toBe(200);
    expect(jobs()).toEqual([]);
    expect(front.ephemerals()).toHaveLength(1);
  });

  it('on Stop names the run, on a link is nothing, on another app’s leftovers is left alone', async () => {
    const { click, jobs, front } = await openCard();
    await click(actionIds.open);
    await click(actionIds.approve, { value: '["apr_1","not a digest"]' });
    await click(actionIds.approve, { value: '' });
    expect(jobs()).toEqual([]);
    expect(front.ephemerals()).toHaveLength(2);
    await click(actionIds.stop);
    expect(jobs()).toMatchObject([{ kind: 'stop', run_id: 'run_1' }]);
  });

  it('that could not be queued is answered 503, so that Slack shows it did not work', async () => {
    const { click, queue, jobs } = await openCard();
    queue.failNext(new Error('down'));
    expect((await click(actionIds.approve)).status).toBe(503);
    expect(jobs()).toEqual([]);
  });
});

describe('edited arguments', () => {
  async function openEdit() {
    const world = await openCard();
    await world.click(actionIds.edit);
    const [view] = world.front.views();
    if (view === undefined) throw new Error('no modal');
    const metadata = String(view.view.private_metadata);
    const submit = async (texts: readonly string[]) => {
      const values = Object.fromEntries(
        texts.map((value, n) => [`${modalBlocks.argumentsPrefix}${n}`, { value: { value } }]),
      );
      const payload = {
        type: 'view_submission',
        team: { id: 'T0ACME' },
        user: { id: world.alice, team_id: 'T0ACME' },
        view: {
          id: view.id,
          callback_id: view.view.callback_id,
          private_metadata: metadata,
          state: { values },
        },
      };
      const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
      const type = 'application/x-www-form-urlencoded';
      return (await world.driver.raw('/slack/interactions', type, body)).json();
    };
    return { ...world, submit };
  }

  it('go to the worker as they were written, over as many inputs as they need, in order', async () => {
    const { submit, jobs } = await openEdit();
    const lines = ['{', ...Array.from({ length: 11 }, (_, n) => `"k${n}": ${n},`), '"last": true}'];
    expect(await submit(lines)).toEqual({ response_action: 'clear' });
    const edit = jobs().find((job) => job.kind === 'edit');
    expect(JSON.parse(edit?.arguments_json ?? '')).toMatchObject({ k0: 0, k10: 10, last: true });
  });

  it.each<[string, string[], string]>([
    ['no JSON', ['{"a": }'], `${modalBlocks.argumentsPrefix}0`],
    ['a mistake in the second input', ['{"a": 1,', '"b": oops}'], `${modalBlocks.argumentsPrefix}1`],
    ['no object', ['[1]'], `${modalBlocks.argumentsPrefix}0`],
    ['nothing', [''], `${modalBlocks.argumentsPrefix}0`],
  ])('are refused at their input while the modal is open: %s', async (_name, texts, block) => {
    const { submit, jobs } = await openEdit();
    expect(await submit(texts)).toMatchObject({
      response_action: 'errors',
      errors: { [block]: expect.any(String) },
    });
    expect(jobs().filter(({ kind }) => kind === 'edit')).toEqual([]);
  });

  it('stay in the modal when they could not be queued', async () => {
    const { submit, queue } = await openEdit();
    queue.failNext(new Error('down'));
    expect(await submit(['{}'])).toMatchObject({ response_action: 'errors' });
  });
});

describe('the slash command', () => {
  async function openCommand() {
    const world = await openIngress();
    const ask = async (text: string) => {
      const answer = await world.driver.command({
        user: world.alice,
        channel: world.ops,
        command: '/hitl',
        text,
      });
      return { status: answer.status, text: await answer.text() };
    };
    return { ...world, ask };
  }

  it('hands its work to the worker with the way to answer', async () => {
    const { ask, jobs, alice, ops } = await openCommand();
    expect(await ask('pending')).toEqual({ status: 200, text: '' });
    await ask('  show   apr_1 ');
    await ask('RUN suspend  jane & tom');
    expect(jobs()).toMatchObject([
      { kind: 'command', command: { name: 'pending' }, who: { user_id: alice }, channel_id: ops },
      { command: { name: 'show', id: 'apr_1' } },
      {
        command: { name: 'run', text: 'suspend  jane & tom' },
        response_url: expect.stringContaining('http'),
      },
    ]);
  });

  it('explains itself where it is, to the asker alone, for everything else', async () => {
    const { ask, jobs } = await openCommand();
    for (const text of ['', 'help', 'show', 'show a b', 'run', 'run  ', 'pending x', 'approve apr_1'])
      expect(JSON.parse((await ask(text)).text)).toMatchObject({
        response_type: 'ephemeral',
        text: expect.stringContaining('/hitl pending'),
      });
    expect(jobs()).toEqual([]);
  });

  it('says when it could not be taken', async () => {
    const { ask, queue } = await openCommand();
    queue.failNext(new Error('down'));
    expect(JSON.parse((await ask('pending')).text)).toMatchObject({ response_type: 'ephemeral' });
  });

  it('lets Slack check the certificate, signed', async () => {
    const { driver } = await openCommand();
    const type = 'application/x-www-form-urlencoded';
    expect((await driver.raw('/slack/commands', type, 'ssl_check=1&token=x')).status).toBe(200);
    const forged = await driver.raw('/slack/commands', type, 'ssl_check=1&token=x', { signature: 'forged' });
    expect(forged.status).toBe(401);
  });
});
