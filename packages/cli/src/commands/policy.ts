import { readFile } from 'node:fs/promises';
import { approvalCategories, decisionSchema, InvalidInputError, isOneOf } from '@hitl/core';
import {
  checkPolicy,
  compilePolicy,
  defaultPolicyPath,
  type Finding,
  parsePolicy,
  runPolicyTable,
} from '@hitl/policy';
import type { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { parseJsonOption } from '../parse-json-option.ts';
import { visibleLine } from '../render/visible-text.ts';

const explanationSchema = z.object({
  decision: decisionSchema,
  explanation: z.looseObject({
    rules: z.array(
      z.looseObject({
        rule_id: z.string(),
        effect: z.string(),
        is_matched: z.boolean(),
        is_decisive: z.boolean(),
        text: z.string(),
      }),
    ),
  }),
});

interface ExplainOptions {
  userId: string;
  tool: string;
  arguments: string;
  category?: string;
  environment?: string;
}

export function addPolicyCommands(program: Command, context: () => CommandContext): void {
  const policy = program.command('policy').description('check, explain and test policies');
  policy
    .command('check <file>')
    .description(
      'is the file valid, and can every rule do what it seems to do? exits 1 on findings, 2 when it is not valid',
    )
    .action(async (file: string) => {
      const command = context();
      const document = parsePolicy(await readText(file), file);
      const engine = compilePolicy(document);
      const findings = checkPolicy(document);
      command.output.result(
        { file, policy_digest: engine.digest, rules: engine.rules.length, findings },
        () =>
          findings.length === 0
            ? `${file}: ${engine.rules.length} rules, nothing to find fault with`
            : findings.map((finding) => renderFinding(file, finding)).join('\n'),
      );
      if (findings.length > 0) command.exitCode = exitCodes.failed;
    });
  policy
    .command('explain')
    .description(
      'what the policy in force decides on a call, with each rule tried and why it did or did not match',
    )
    .requiredOption('--user-id <id>', 'who would ask')
    .requiredOption('--tool <server/tool>', 'which tool')
    .option('--arguments <json>', 'the arguments', '{}')
    .option('--category <category>', `declared category: ${approvalCategories.join(', ')}`)
    .option('--environment <name>', 'as if in this environment')
    .action(async (options: ExplainOptions) => explain(context(), options));
  policy
    .command('test <file>')
    .description('run a table of cases; exits 1 when one fails')
    .option('--policy <file>', 'the policy to test (default: POLICY_PATH, else the one that ships)')
    .action(async (file: string, options: { policy?: string }) => {
      const command = context();
      const source = options.policy ?? process.env.POLICY_PATH ?? defaultPolicyPath;
      const engine = compilePolicy(parsePolicy(await readText(source), source));
      const result = runPolicyTable(engine, await readText(file), file);
      command.output.result(
        { passed: result.passed, failed: result.failed, cases: result.cases },
        () => result.text,
      );
      if (result.failed > 0) command.exitCode = exitCodes.failed;
    });
}

async function explain(context: CommandContext, options: ExplainOptions): Promise<void> {
  const [server, tool, ...rest] = options.tool.split('/');
  if (server === undefined || server === '' || tool === undefined || tool === '' || rest.length > 0) {
    throw new InvalidInputError(
      `--tool: must be SERVER/TOOL such as google/create_user, not "${options.tool}"`,
    );
  }
  if (options.category !== undefined && !isOneOf(approvalCategories, options.category)) {
    throw new InvalidInputError(
      `--category: must be one of ${approvalCategories.join(', ')}, not "${options.category}"`,
    );
  }
  const { output } = context;
  const answer = await (await context.api()).request(explanationSchema, 'POST', '/policy/evaluate', {
    user_id: options.userId,
    server,
    tool,
    arguments: parseJsonOption('--arguments', options.arguments),
    category: options.category,
    environment: options.environment,
  });
  output.result(answer, ({ decision, explanation }) => {
    const { colors } = output;
    const lines = explanation.rules.map((rule) => {
      const mark = rule.is_decisive
        ? colors.green('▶')
        : rule.is_matched
          ? colors.yellow('✓')
          : colors.dim('·');
      return `${mark} ${rule.is_matched ? visibleLine(rule.text) : colors.dim(visibleLine(rule.text))}`;
    });
    const steps = decision.requirement?.steps
      .map((step) => `${step.votes} of ${step.from.join(', ')}`)
      .join(', then ');
    return [
      ...lines,
      '',
      `${colors.bold(decision.effect)} (${decision.category}): ${visibleLine(decision.reasons[0] ?? '')}`,
      ...(steps === undefined ? [] : [`needs ${steps}`]),
    ].join('\n');
  });
}

function renderFinding(file: string, finding: Finding): string {
  return `${file}:${finding.line}: ${finding.kind}${finding.rule_id === undefined ? '' : ` (${finding.rule_id})`}: ${finding.message}`;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new InvalidInputError(
      `${file}: ${code === 'ENOENT' ? 'there is no such file' : `can't be read (${code ?? 'unknown'})`}`,
      { cause },
    );
  }
}
