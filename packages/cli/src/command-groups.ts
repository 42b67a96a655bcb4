import type { Command } from 'commander';
import type { CommandContext } from './context.ts';

export type AddCommands = (program: Command, context: () => CommandContext) => void;

export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  /** Only the group that was called is loaded: `--help` and a typing error are answered at once. */
  readonly load: () => Promise<AddCommands>;
}

export const commandGroups: readonly CommandGroup[] = [
  {
    name: 'start',
    summary: 'run the local stack, submit one sample request, and ask here for the vote',
    load: async () => (await import('./commands/start.ts')).addStartCommand,
  },
  {
    name: 'demo',
    summary: 'the same hands-free, in a data directory of its own',
    load: async () => (await import('./commands/start.ts')).addDemoCommand,
  },
  {
    name: 'run',
    summary: 'ask the agent to do something',
    load: async () => (await import('./commands/run.ts')).addRunCommand,
  },
  {
    name: 'runs',
    summary: 'look at runs, cancel one, resolve an unknown outcome',
    load: async () => (await import('./commands/runs.ts')).addRunsCommands,
  },
  {
    name: 'approvals',
    summary: 'see what waits for people, and decide',
    load: async () => (await import('./commands/approvals.ts')).addApprovalsCommands,
  },
  {
    name: 'grants',
    summary: 'time-boxed pre-approvals; each use counts as one vote of the grantor',
    load: async () => (await import('./commands/grants.ts')).addGrantsCommands,
  },
  {
    name: 'audit',
    summary: 'the tamper-evident record',
    load: async () => (await import('./commands/audit.ts')).addAuditCommands,
  },
  {
    name: 'tools',
    summary: 'the tools of all MCP servers, and acceptance of new or changed ones',
    load: async () => (await import('./commands/tools.ts')).addToolsCommands,
  },
  {
    name: 'policy',
    summary: 'check, explain and test policies',
    load: async () => (await import('./commands/policy.ts')).addPolicyCommands,
  },
  {
    name: 'directory',
    summary: 'who may ask and approve in a deployed environment: push a file, show what is in force',
    load: async () => (await import('./commands/directory.ts')).addDirectoryCommands,
  },
  {
    name: 'dead-letters',
    summary: 'what a deployed environment could not do: count it, send it on its way again',
    load: async () => (await import('./commands/dead-letters.ts')).addDeadLettersCommands,
  },
  {
    name: 'doctor',
    summary: 'check this machine and its configuration, or a deployed environment, and say what is missing',
    load: async () => (await import('./commands/doctor.ts')).addDoctorCommand,
  },
  {
    name: 'mcp',
    summary: 'the built-in MCP servers, for any MCP host',
    load: async () => (await import('./commands/mcp.ts')).addMcpCommands,
  },
];

/** The group that a command line calls; `help GROUP` calls it too. */
export function calledGroup(argv: readonly string[]): string | undefined {
  const words: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--api') at += 1;
    else if (!word.startsWith('-')) words.push(word);
  }
  return words[0] === 'help' ? words[1] : words[0];
}
