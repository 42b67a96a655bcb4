import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { dataDirOf } from '../data-dir.ts';
import { exitCodes } from '../exit-codes.ts';

export function addDoctorCommand(program: Command, context: () => CommandContext): void {
  program
    .command('doctor')
    .description('check this machine and the configuration, and say what is missing')
    .action(async () => {
      const command = context();
      const { diagnose } = await import('../diagnose.ts');
      const findings = await diagnose({
        env: process.env,
        dataDir: dataDirOf(process.env),
        api: command.api,
      });
      const isWell = findings.every((finding) => finding.state !== 'failing');
      const { colors } = command.output;
      const marks = { ok: colors.green('✓'), note: colors.yellow('!'), failing: colors.red('✗') };
      command.output.result({ ok: isWell, findings }, () =>
        findings
          .map(
            ({ name, state, detail, remedy }) =>
              `${marks[state]} ${name}: ${detail}${remedy === undefined ? '' : `\n    ${remedy}`}`,
          )
          .join('\n'),
      );
      if (!isWell) command.exitCode = exitCodes.failed;
    });
}
