import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Engineer } from './engineer.ts';
import { until } from './until.ts';

const outputsSchema = z.record(z.string(), z.object({ value: z.unknown() }));
const runSchema = z.looseObject({
  run_id: z.string(),
  status: z.string(),
  user_id: z.string(),
  output: z.unknown(),
  tool_calls: z.array(z.looseObject({ server: z.string(), tool: z.string(), status: z.string() })),
});
export type DeployedRun = z.infer<typeof runSchema>;
const approvalsSchema = z.object({
  items: z.array(z.looseObject({ approval_id: z.string(), run_id: z.string(), query: z.string() })),
});
const executionsSchema = z.object({
  executions: z.array(z.object({ executionArn: z.string(), name: z.string() })),
});
const historySchema = z.object({
  events: z.array(z.object({ stateEnteredEventDetails: z.object({ name: z.string() }).optional() })),
});
const executionSchema = z.object({
  status: z.string(),
  output: z.string().optional(),
  error: z.string().optional(),
  cause: z.string().optional(),
});

/** What the outputs of a deployed environment lead to, looked at by a person with a terminal. */
export async function readDeployed(engineer: Engineer, environment: string) {
  const { stdout, status, output } = await engineer.deploy(
    environment,
    'output',
    '--no-build',
    '--',
    '-json',
  );
  if (status !== 0) throw new Error(`no outputs: ${output}`);
  const outputs = outputsSchema.parse(JSON.parse(stdout));
  const named = (name: string): string => z.string().parse(outputs[name]?.value, { reportInput: true });
  const api = ['--api', named('api_url'), '--json'];
  const machine = named('step_functions_arn');

  async function call(name: string, payload: object, type: 'RequestResponse' | 'Event') {
    const folder = await mkdtemp(join(engineer.folder, 'call-'));
    const [input, output] = [join(folder, 'payload.json'), join(folder, 'answer.json')];
    await writeFile(input, JSON.stringify(payload));
    const answer = await engineer.aws(
      ...['lambda', 'invoke', '--function-name', `${name}:live`, '--invocation-type', type],
      ...['--payload', `fileb://${input}`, output],
    );
    return { answer, text: await readFile(output, 'utf8') };
  }

  return {
    named,
    api,
    async startExecution(input: object): Promise<string> {
      const started = await engineer.aws(
        ...['stepfunctions', 'start-execution', '--state-machine-arn', machine],
        ...['--input', JSON.stringify(input)],
      );
      return z.string().parse(started.executionArn);
    },
    async executions() {
      const list = await engineer.aws('stepfunctions', 'list-executions', '--state-machine-arn', machine);
      return executionsSchema.parse(list).executions;
    },
    /** Resolves with the execution when it is over. */
    finished(executionArn: string, timeoutMs?: number) {
      return until(
        `the end of ${executionArn}`,
        async () => {
          const execution = executionSchema.parse(
            await engineer.aws('stepfunctions', 'describe-execution', '--execution-arn', executionArn),
          );
          return execution.status === 'RUNNING' ? undefined : execution;
        },
        timeoutMs,
      );
    },
    /** What AWS bills: one transition for each. */
    async statesEntered(executionArn: string): Promise<readonly string[]> {
      const history = await engineer.aws(
        'stepfunctions',
        'get-execution-history',
        '--execution-arn',
        executionArn,
      );
      return historySchema
        .parse(history)
        .events.flatMap((event) => event.stateEnteredEventDetails?.name ?? []);
    },
    /** A function's answer to a synchronous call by its alias. */
    async invoke(name: string, payload: object): Promise<unknown> {
      const { answer, text } = await call(name, payload, 'RequestResponse');
      if (answer.FunctionError !== undefined) throw new Error(text);
      return JSON.parse(text);
    },
    invokeLater: (name: string, payload: object) => call(name, payload, 'Event'),
    outputOf: (execution: { readonly output?: string | undefined }): DeployedRun =>
      runSchema.parse(JSON.parse(execution.output ?? 'null')),
    /** Resolves with the request that waits for people because of this text. */
    pendingApproval(viewer: Engineer, query: string) {
      return until(`an approval request for "${query}"`, async () => {
        const { status: code, stdout: text, output: said } = await viewer.hitl(...api, 'approvals', 'list');
        if (code !== 0) throw new Error(said);
        return approvalsSchema.parse(JSON.parse(text)).items.find((item) => item.query === query);
      });
    },
  };
}
export type Deployed = Awaited<ReturnType<typeof readDeployed>>;
