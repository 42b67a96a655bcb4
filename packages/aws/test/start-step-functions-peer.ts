import { ServiceFault, startJsonService } from './start-json-service.ts';

export interface TaskPayload {
  readonly input: { readonly run_id: string };
  readonly task_token: string;
}

type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'ABORTED';

interface Execution {
  readonly input: string;
  status: ExecutionStatus;
  /** Nothing happens until a token is answered. */
  isWaiting: boolean;
}

export interface StepFunctionsPeer {
  readonly endpoint: string;
  readonly stateMachineArn: string;
  readonly calls: readonly string[];
  /** Names of executions in the order of their start. */
  readonly executions: () => readonly string[];
  /** Resolves when every execution is over or waits for a token. */
  quiesce(): Promise<void>;
  /** Stops every execution that runs; its token is then timed out. */
  abortAll(): void;
  /** The output that a token was answered with. */
  answerTo(token: string): Promise<string>;
  close(): Promise<void>;
}

const machine = 'arn:aws:states:eu-central-1:123456789012:stateMachine:dev-hitl-workflow';

/**
 * Step Functions' calls around one Advance state with `.waitForTaskToken` and the loop behind it, with the service's rules for
 * names (same name and input while it runs: the same execution; once it is over: `ExecutionAlreadyExists`) and for tokens
 * (each good once).
 */
export async function startStepFunctionsPeer(
  advance: (payload: TaskPayload) => Promise<void>,
): Promise<StepFunctionsPeer> {
  const executions = new Map<string, Execution>();
  const tokens = new Map<string, { execution: Execution; resolve: (output: string) => void }>();
  const answers = new Map<string, Promise<string>>();
  let listeners: (() => void)[] = [];
  let tokenCount = 0;

  const isQuiet = (): boolean =>
    [...executions.values()].every((execution) => execution.status !== 'RUNNING' || execution.isWaiting);
  function settle(): void {
    if (!isQuiet()) return;
    for (const listener of listeners.splice(0)) listener();
  }

  async function run(execution: Execution): Promise<void> {
    let input = JSON.parse(execution.input) as { run_id: string; status?: string };
    do {
      tokenCount += 1;
      const task_token = `token-${tokenCount}`;
      const answered = new Promise<string>((resolve) => tokens.set(task_token, { execution, resolve }));
      answers.set(task_token, answered);
      let isAnswered = false;
      const output = answered.then((text) => {
        isAnswered = true;
        return text;
      });
      await advance({ input, task_token });
      await Promise.resolve();
      execution.isWaiting = !isAnswered;
      settle();
      input = JSON.parse(await output);
      if (execution.status !== 'RUNNING') return;
    } while (input.status === 'running' || input.status === 'awaiting_approval');
    execution.status = 'SUCCEEDED';
    settle();
  }

  const service = await startJsonService({
    StartExecution(request) {
      if (request.stateMachineArn !== machine) throw new ServiceFault('StateMachineDoesNotExist');
      const [name, input] = [String(request.name), String(request.input)];
      if (!/^[\w-]{1,80}$/.test(name)) throw new ServiceFault('InvalidName');
      const existing = executions.get(name);
      if (existing !== undefined && (existing.status !== 'RUNNING' || existing.input !== input))
        throw new ServiceFault('ExecutionAlreadyExists');
      if (existing === undefined) {
        const execution: Execution = { input, status: 'RUNNING', isWaiting: false };
        executions.set(name, execution);
        void run(execution);
      }
      return { executionArn: arnOf(name), startDate: 0 };
    },
    DescribeExecution({ executionArn }) {
      const name = String(executionArn).split(':').at(-1) ?? '';
      const execution = executions.get(name);
      if (execution === undefined || executionArn !== arnOf(name))
        throw new ServiceFault('ExecutionDoesNotExist');
      return { executionArn, stateMachineArn: machine, status: execution.status, startDate: 0 };
    },
    SendTaskSuccess({ taskToken, output }) {
      const task = tokens.get(String(taskToken));
      if (task === undefined) throw new ServiceFault('InvalidToken');
      if (!tokens.delete(String(taskToken)) || task.execution.status !== 'RUNNING')
        throw new ServiceFault('TaskTimedOut');
      task.execution.isWaiting = false;
      task.resolve(String(output));
      return {};
    },
  });

  return {
    endpoint: service.endpoint,
    stateMachineArn: machine,
    calls: service.calls,
    executions: () => [...executions.keys()],
    async quiesce() {
      if (!isQuiet()) await new Promise<void>((resolve) => listeners.push(resolve));
    },
    abortAll() {
      for (const execution of executions.values())
        if (execution.status === 'RUNNING') execution.status = 'ABORTED';
      settle();
    },
    answerTo: (token) => answers.get(token) ?? Promise.reject(new Error(`there is no token ${token}`)),
    async close() {
      listeners = [];
      await service.close();
    },
  };
}

function arnOf(name: string): string {
  return `${machine.replace(':stateMachine:', ':execution:')}:${name}`;
}
