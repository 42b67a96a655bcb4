import { visibleLine } from '@hitl/core';
import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { dataDirOf } from '../data-dir.ts';
import { diagnose } from '../doctor/diagnose.ts';
import { exitCodes } from '../exit-codes.ts';

export function addDoctorCommand(program: Command, context: () => CommandContext): void {
  program
    .command('doctor')
    .description(
      'check this machine and the configuration, and say what is missing; exits 1 on a failing check',
    )
    .action(async (options: { api?: string }, command: Command) => {
      const { output, ...rest } = context();
      const api = options.api ?? command.optsWithGlobals<{ api?: string }>().api;
      const findings = await diagnose({
        env: process.env,
        dataDir: dataDirOf(process.env),
        connect: rest.api,
        isDeployed: api !== undefined,
      });
      const isWell = findings.every((finding) => finding.state !== 'failing');
      const { colors } = output;
      const marks = { ok: colors.green('✓'), note: colors.yellow('!'), failing: colors.red('✗') };
      output.result({ ok: isWell, findings }, () =>
        findings
          .flatMap(({ name, state, detail, remedy }) => [
            `${marks[state]} ${visibleLine(name)}: ${visibleLine(detail)}`,
            ...(remedy === undefined ? [] : [`    ${visibleLine(remedy)}`]),
          ])
          .join('\n'),
      );
      if (!isWell) context().exitCode = exitCodes.failed;
    });
}
