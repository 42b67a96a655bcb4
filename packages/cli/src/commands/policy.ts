import { approvalCategories, decisionSchema, type JsonObject, visibleLine } from '@hitl/core';
import {
  checkPolicy,
  compilePolicy,
  defaultPolicyPath,
  type Finding,
  parsePolicy,
  runPolicyTable,
} from '@hitl/policy';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { id, jsonObject, type ToolName, text, toolName } from '../parse-option.ts';
import { readText } from '../read-text.ts';

const explanationSchema = z.object({
  decision: decisionSchema,
  explanation: z.looseObject({
    category: z.looseObject({ because: z.array(z.string()) }).optional(),
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
  tool: ToolName;
  arguments: JsonObject;
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
      const rules = engine.rules.length;
      command.output.result({ file, policy_digest: engine.digest, rules, findings }, () =>
        findings.length === 0
          ? `${file}: ${rules} ${rules === 1 ? 'rule' : 'rules'}, nothing to find fault with`
          : findings.map((finding) => renderFinding(file, finding)).join('\n'),
      );
      if (findings.length > 0) command.exitCode = exitCodes.failed;
    });
  policy
    .command('explain')
    .description(
      'what the policy in force decides on a call, with each rule tried and why it did or did not match',
    )
    .requiredOption('--user-id <id>', 'who would ask', id)
    .requiredOption('--tool <server/tool>', 'which tool', toolName)
    .option('--arguments <json>', 'the arguments', jsonObject, {})
    .addOption(new Option('--category <category>', 'declared category').choices(approvalCategories))
    .option('--environment <name>', 'as if in this environment', text(64))
    .addHelpText(
      'after',
      `
Example:
  hitl-mcp policy explain --user-id alice --tool google/suspend_user --arguments '{"user_key":"jane@example.com"}'`,
    )
    .action(async (options: ExplainOptions) => explain(context(), options));
  policy
    .command('test <file>')
    .description('run a table of cases; exits 1 when one fails')
    .option('--policy <file>', 'the policy to test (default: POLICY_PATH, else the one that ships)')
    .action(async (file: string, options: { policy?: string }) => {
      const command = context();
      const source = options.policy ?? (process.env.POLICY_PATH || defaultPolicyPath);
      const engine = compilePolicy(parsePolicy(await readText(source), source));
      const result = runPolicyTable(engine, await readText(file), file);
      command.output.result(
        { passed: result.passed, failed: result.failed, cases: result.cases },
        () => result.text,
      );
      if (result.failed > 0) command.exitCode = exitCodes.failed;
    });
}

async function explain({ output, api }: CommandContext, options: ExplainOptions): Promise<void> {
  const answer = await (await api()).request(explanationSchema, 'POST', '/policy/evaluate', {
    user_id: options.userId,
    server: options.tool.server,
    tool: options.tool.tool,
    arguments: options.arguments,
    category: options.category,
    environment: options.environment,
  });
  output.result(answer, ({ decision, explanation }) => {
    const { colors } = output;
    const rules = explanation.rules.map((rule) => {
      const mark = rule.is_decisive
        ? colors.green('▶')
        : rule.is_matched
          ? colors.yellow('✓')
          : colors.dim('·');
      const line = `${visibleLine(rule.rule_id)}: ${visibleLine(rule.text)}`;
      return `${mark} ${rule.is_matched ? line : colors.dim(line)}`;
    });
    const because = explanation.category?.because ?? [];
    const steps = decision.requirement?.steps
      .map((step) => `${step.votes} of ${step.from.map(visibleLine).join(', ')}`)
      .join(', then ');
    const channels = decision.requirement?.slack_channels?.map(visibleLine).join(', ');
    return [
      ...rules,
      '',
      ...(because.length === 0
        ? []
        : [`category ${decision.category}: ${because.map(visibleLine).join('; ')}`]),
      `${colors.bold(decision.effect)}: ${visibleLine(decision.reasons[0] ?? '')}`,
      ...(steps === undefined ? [] : [`needs ${steps}`]),
      ...(channels === undefined ? [] : [`asked in Slack channel ${channels}`]),
    ].join('\n');
  });
}

function renderFinding(file: string, finding: Finding): string {
  const rule = finding.rule_id === undefined ? '' : ` (${visibleLine(finding.rule_id)})`;
  return `${file}:${finding.line}: ${finding.kind}${rule}: ${visibleLine(finding.message)}`;
}
