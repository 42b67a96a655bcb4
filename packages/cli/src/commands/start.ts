import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { dataDirOf } from '../data-dir.ts';
import { integer } from '../parse-option.ts';

export function addStartCommand(program: Command, context: () => CommandContext): void {
  program
    .command('start')
    .description('run the local stack, submit one sample request, and ask here for the vote')
    .option('--port <port>', 'on 127.0.0.1; 0 takes a free one', integer(0, 65_535), 8787)
    .option('--no-sample', 'only serve, and ask for votes')
    .addHelpText(
      'after',
      `
Through npm: npm start -- --port 9000
The data is kept in DATA_DIR (default .data beside the project). Ctrl-C stops; what waits goes on with the next start.`,
    )
    .action(async (options: { port: number; sample: boolean }) => {
      const { runStartSession } = await import('../start/start-session.ts');
      await runStartSession(context(), {
        dataDir: dataDirOf(process.env),
        env: process.env,
        port: options.port,
        hasSample: options.sample,
      });
    });
}

export function addDemoCommand(program: Command, context: () => CommandContext): void {
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
