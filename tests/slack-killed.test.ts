import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@hitl/core';
import { createSlackDriver, type SlackFront, startSlackFront } from '@hitl/testing/slack';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ScriptedChatModel, startScriptedChatModel } from './fixtures/scripted-chat-model.ts';

const program = fileURLToPath(new URL('fixtures/slack-stack-program.ts', import.meta.url));
const signingSecret = ['signed', 'by', 'slack'].join('-');

let folder: string;
let front: SlackFront;
let model: ScriptedChatModel;
const alive = new Set<ChildProcess>();
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hitl-slack-killed-'));
  front = await startSlackFront({ workspaces: [{ team_id: 'T0ACME', users: ['alice'], channels: ['ops'] }] });
  model = await startScriptedChatModel();
  const links = [`slack:T0ACME/${front.workspace.users.alice}`];
  const principals = [{ id: 'alice', groups: ['employees'], links }];
  await writeFile(join(folder, 'directory.json'), JSON.stringify({ version: 1, principals }));
});
afterEach(async () => {
  for (const child of alive) child.kill('SIGKILL');
  await model.close();
  await front.close();
  await rm(folder, { recursive: true, force: true });
});

async function start() {
  const child = spawn(process.execPath, [program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      DATA_DIR: join(folder, 'data'),
      DIRECTORY_PATH: join(folder, 'directory.json'),
      LOG_LEVEL: 'error',
      MODEL_ID: 'scripted',
      MODEL_BASE_URL: model.url,
      NODE_NO_WARNINGS: '1',
      SLACK_API_URL: front.apiUrl,
      SLACK_BOT_TOKEN: front.botToken,
      SLACK_SIGNING_SECRET: signingSecret,
    },
  });
  alive.add(child);
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    url: said.toString('utf8').trim(),
    async end(signal: NodeJS.Signals) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
      alive.delete(child);
    },
  };
}

describe('a worker that is killed in the middle of an answer', () => {
  it('leaves a message that the next process makes whole and closes, with the answer in it once', async () => {
    const gate = Promise.withResolvers<void>();
    // Longer than what is held back of a text that is under way, in case it turns out to hold a secret.
    const begun = 'This is how it begins. '.concat('It goes on and on. '.repeat(60));
    const rest = 'And this is how it ends.';
    const text = 'tell me a story';
    model.script(text, [{ text: begun + rest, pause: { after: begun, until: gate.promise } }]);
    const channel = front.workspace.channels.ops ?? '';
    const answers = async (thread: string) => (await front.messages(channel, thread)).slice(1);

    const first = await start();
    const driver = createSlackDriver({
      signingSecret,
      clock: systemClock,
      front,
      send: fetch,
      baseUrl: first.url,
    });
    const { thread_ts, responses } = await driver.mention({
      channel,
      user: front.workspace.users.alice ?? '',
      text,
    });
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    await front.until(async () =>
      (await answers(thread_ts)).find(({ stream }) => stream?.text.includes('This is how it begins.')),
    );
    await first.end('SIGKILL');
    expect((await answers(thread_ts)).map(({ stream }) => stream?.state)).toEqual(['streaming']);

    gate.resolve();
    const second = await start();
    const whole = await front.until(async () => {
      const now = await answers(thread_ts);
      const isOver = now.every(({ stream }) => stream?.state !== 'streaming');
      return isOver && JSON.stringify(now).includes(rest) ? now : undefined;
    });
    // Read as people read it: what a message shows once its stream is over.
    const shown = whole.map((message) => JSON.stringify(message.blocks ?? message.text)).join('\n');
    expect(shown.split('This is how it begins.')).toHaveLength(2);
    expect(shown.split('It goes on and on.')).toHaveLength(61);
    expect(shown.split(rest)).toHaveLength(2);
    expect(front.violations()).toEqual([]);
    await second.end('SIGTERM');
  });
});
