import { InvalidInputError, visibleLine } from '@hitl/core';
import type { Command } from 'commander';
import { regionOf } from '../aws-access.ts';
import type { CommandContext } from '../context.ts';
import { dataDirOf } from '../data-dir.ts';
import { environmentName, regionName } from '../directory/open-directory-table.ts';
import { diagnose } from '../doctor/diagnose.ts';
import type { AskTokenOwner, Diagnosis } from '../doctor/diagnosis.ts';
import { exitCodes } from '../exit-codes.ts';

interface DoctorOptions {
  readonly environment?: string;
  readonly region?: string;
  readonly policy?: string;
  readonly online?: boolean;
  readonly api?: string;
}

export function addDoctorCommand(program: Command, context: () => CommandContext): void {
  program
    .command('doctor')
    .description(
      'check this machine and the configuration, or a deployed environment, and say what is missing; exits 1 on a failing check',
    )
    .option(
      '--environment <name>',
      'a deployed environment instead: its secrets, people and Slack, read with your AWS credentials',
      environmentName,
    )
    .option('--region <region>', 'its AWS region (default: AWS_REGION)', regionName)
    .option('--policy <file>', 'its policy (default: the one in environments/, or the one that ships)')
    .option('--online', 'ask Slack whether it takes the bot tokens')
    .action(async (options: DoctorOptions, command: Command) => {
      const { output, ...rest } = context();
      const api = options.api ?? command.optsWithGlobals<{ api?: string }>().api;
      const askSlack = options.online === true ? await openAskSlack() : undefined;
      const { findings, ...where } =
        options.environment === undefined
          ? await examineMachine(options, api, rest.api, askSlack)
          : await examineEnvironment({ ...options, environment: options.environment }, api, askSlack);
      const isWell = findings.every((finding) => finding.state !== 'failing');
      const { colors } = output;
      const marks = { ok: colors.green('✓'), note: colors.yellow('!'), failing: colors.red('✗') };
      output.result({ ok: isWell, ...where, findings }, () =>
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

async function examineMachine(
  options: DoctorOptions,
  api: string | undefined,
  connect: CommandContext['api'],
  askSlack: AskTokenOwner | undefined,
): Promise<{ readonly findings: readonly Diagnosis[] }> {
  for (const name of ['region', 'policy'] as const)
    if (options[name] !== undefined)
      throw new InvalidInputError(`--${name}: is for a deployed environment, which --environment names`);
  const findings = await diagnose({
    env: process.env,
    dataDir: dataDirOf(process.env),
    connect,
    isDeployed: api !== undefined,
    askSlack,
  });
  return { findings };
}

async function examineEnvironment(
  options: DoctorOptions & { readonly environment: string },
  api: string | undefined,
  askSlack: AskTokenOwner | undefined,
): Promise<{
  readonly environment: string;
  readonly region: string;
  readonly findings: readonly Diagnosis[];
}> {
  if (api !== undefined)
    throw new InvalidInputError(
      '--environment: looks at what is set up, --api at the service that runs; name one of them',
    );
  const { environment } = options;
  const region = regionOf(options, process.env);
  const [{ createEnvironmentReader }, { createEnvironmentFacts }, { diagnoseEnvironment }] =
    await Promise.all([
      import('@hitl/aws'),
      import('../doctor/environment/environment-facts.ts'),
      import('../doctor/environment/diagnose-environment.ts'),
    ]);
  const reader = createEnvironmentReader({ region });
  try {
    const facts = createEnvironmentFacts({ environment, region, reader, askSlack });
    return {
      environment,
      region,
      findings: await diagnoseEnvironment(facts, { policyPath: options.policy }),
    };
  } finally {
    reader.close();
  }
}

async function openAskSlack(): Promise<AskTokenOwner> {
  const { askTokenOwner } = await import('@hitl/slack');
  return (token) => askTokenOwner(token, { timeoutMs: 8000 });
}
