import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@hitl/core';
import { createSlackDriver, type SlackDriver, type SlackFront, startSlackFront } from '@hitl/testing/slack';
import { type PacedModel, startPacedModel } from './start-paced-model.ts';

const stackPath = fileURLToPath(new URL('./slack-stack-process.ts', import.meta.url));
const signingSecret = ['bench', 'signing', 'secret'].join('-');
const teamId = 'T0ACME';

/** One signed delivery, as the sender saw it. */
export interface Sent {
  /** Epoch milliseconds. */
  readonly at_ms: number;
  readonly took_ms: number;
  readonly status: number;
}

export interface SlackSite {
  readonly front: SlackFront;
  readonly driver: SlackDriver;
  readonly model: PacedModel;
  /** The account of the one who asks. */
  readonly user: string;
  readonly channels: readonly string[];
  readonly sent: readonly Sent[];
  /** Resolves when nothing moves by itself any more. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** A Slack that keeps its rate limits, a model that takes its time, and the whole embedded stack over HTTP in another process. */
export async function openSlackSite(): Promise<SlackSite> {
  const folder = await mkdtemp(join(tmpdir(), 'hitl-slack-bench-'));
  const names = Array.from({ length: 10 }, (_, index) => `bench-${index}`);
  const front = await startSlackFront({
    workspaces: [{ team_id: teamId, users: ['alice'], channels: names }],
  });
  const model = await startPacedModel();
  const { users, channels } = front.workspace;
  const user = users.alice ?? '';
  const principals = [{ id: 'alice', groups: ['employees'], links: [`slack:${teamId}/${user}`] }];
  const directoryPath = join(folder, 'directory.json');
  await writeFile(directoryPath, JSON.stringify({ version: 1, principals }));
  const env = {
    HOME: folder,
    // What Slack limits is a warning, and the point of this.
    LOG_LEVEL: 'error',
    DIRECTORY_PATH: directoryPath,
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_BOT_TOKEN: front.botToken,
    MODEL_BASE_URL: model.url,
    MODEL_ID: 'paced',
  };
  const child = fork(stackPath, [join(folder, 'data'), JSON.stringify(env), front.apiUrl], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Started as `hitl-mcp start` is: without the flags of the bench.
    execArgv: [],
  });
  const baseUrl = await answerOf(child);
  const sent: Sent[] = [];
  const send = async (request: Request): Promise<Response> => {
    const at_ms = Date.now();
    const began = performance.now();
    const response = await fetch(request);
    await response.arrayBuffer();
    sent.push({ at_ms, took_ms: performance.now() - began, status: response.status });
    return response;
  };
  return {
    front,
    driver: createSlackDriver({ signingSecret, send, clock: systemClock, front, baseUrl }),
    model,
    user,
    channels: names.map((name) => channels[name] ?? ''),
    sent,
    async idle() {
      const answered = answerOf(child);
      child.send('idle');
      await answered;
    },
    async close() {
      const exited = child.exitCode === null ? once(child, 'exit') : undefined;
      if (child.connected) child.send('close');
      await model.close();
      await exited;
      await front.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answerOf(child: ChildProcess): Promise<string> {
  const stop = new AbortController();
  try {
    return await Promise.race([
      once(child, 'message', stop).then(([answer]) => String(answer)),
      once(child, 'exit', stop).then(([code]) => {
        throw new Error(`the stack ended with ${code}`);
      }),
    ]);
  } finally {
    stop.abort();
  }
}
