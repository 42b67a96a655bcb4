import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { dataDirOf } from '../data-dir.ts';
import { parseIntegerOption } from '../parse-json-option.ts';

export function addStartCommands(program: Command, context: () => CommandContext): void {
  program
    .command('start')
    .description('run the local stack, submit one sample request, and ask here for the vote')
    .option('--port <port>', 'on 127.0.0.1', '8787')
    .option('--no-sample', 'only serve')
    .action(async (options: { port: string; sample: boolean }) => {
      const { runStartSession } = await import('../start/start-session.ts');
      await runStartSession(context(), {
        dataDir: dataDirOf(process.env),
        env: process.env,
        port: parseIntegerOption('--port', options.port, 0, 65535),
        hasSample: options.sample,
      });
    });
  program
    .command('demo')
    .description(
      'the same hands-free in a data directory of its own: a second person approves; exits 0 when all of it held',
    )
    .action(async () => {
      const { runDemoSession } = await import('../start/demo-session.ts');
      await runDemoSession(context(), process.env);
    });
}
