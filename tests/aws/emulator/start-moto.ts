import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const server = fileURLToPath(new URL('./serve-moto.py', import.meta.url));

export interface Moto {
  readonly port: number;
  readonly logPath: string;
  close(): Promise<void>;
}

/**
 * The emulator of the AWS services. Its own Step Functions interpreter calls functions at `MOTO_PORT`: at the front, not here.
 * The state machine must be made after this, since what a machine does with executions is decided when it is made.
 */
export async function startMoto(options: {
  readonly folder: string;
  readonly frontPort: number;
}): Promise<Moto> {
  const port = await freePort();
  const logPath = join(options.folder, 'moto.log');
  const log = openSync(logPath, 'a');
  const child = spawn('python3', [server, '-H', '127.0.0.1', '-p', String(port)], {
    stdio: ['ignore', log, log],
    env: {
      PATH: process.env.PATH,
      HOME: options.folder,
      MOTO_PORT: String(options.frontPort),
      // Its own calls to the front are plain HTTP on loopback, whatever proxy this machine has.
      NO_PROXY: '*',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  });
  const exited = once(child, 'exit');
  const close = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  try {
    await whenReady(port, () => child.exitCode !== null);
    const answer = await fetch(`http://127.0.0.1:${port}/moto-api/config`, {
      method: 'POST',
      body: JSON.stringify({ stepfunctions: { execute_state_machine: true }, lambda: { use_docker: false } }),
    });
    if (!answer.ok) throw new Error(`moto refused its configuration: ${await answer.text()}`);
  } catch (error) {
    await close();
    throw error;
  }
  return { port, logPath, close };
}

async function whenReady(port: number, isOver: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const isUp = await fetch(`http://127.0.0.1:${port}/moto-api/config`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isUp) return;
    if (isOver() || Date.now() > deadline) throw new Error('moto did not start; its log tells why');
    await delay(100);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
