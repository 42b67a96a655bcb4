import type { JsonObject } from '@hitl/core';
import type { PolicyRequest } from '@hitl/policy';
import type { NaivePolicy, NaiveRule } from '@hitl/policy/naive';

/** A rule of the workload: only conditions that all measured engines can be taught. */
export interface WorkloadRule extends NaiveRule {
  readonly when: {
    readonly tools?: readonly string[];
    readonly groups?: readonly string[];
    readonly principals?: readonly string[];
    readonly category?: readonly string[];
    readonly environment?: readonly string[];
    readonly arguments?: Readonly<Record<string, WorkloadTest>>;
    readonly time?: { readonly window: string; readonly zone: string };
  };
}

export type WorkloadTest =
  | { readonly equals: string }
  | { readonly in: readonly string[] }
  | { readonly matches: string }
  | { readonly prefix: string }
  | { readonly domain: string }
  | { readonly gt: number }
  | { readonly lte: number };

export interface Workload {
  readonly policy: NaivePolicy & { readonly version: 1; readonly rules: readonly WorkloadRule[] };
  readonly requests: readonly PolicyRequest[];
  readonly tools: readonly string[];
}

/** What a window means, for engines that know no time: the adapters hand them the local hour and weekday. */
export const windows = [
  { window: '* 9-16 * * mon-fri', fromHour: 9, toHour: 16, weekdays: [1, 2, 3, 4, 5] },
  { window: '* 0-5 * * *', fromHour: 0, toHour: 5, weekdays: [0, 1, 2, 3, 4, 5, 6] },
  { window: '* 18-23 * * sat,sun', fromHour: 18, toHour: 23, weekdays: [0, 6] },
] as const;
export const zones = ['UTC', 'Europe/Berlin', 'America/New_York'] as const;
/** The type that each argument has in every rule; a call may lack it or carry another type. */
export const argumentTypes = {
  project: 'string',
  role: 'string',
  owner: 'string',
  amount: 'number',
  count: 'number',
} as const;
export const categoryTable = [
  { tools: ['*/list_*', '*/get_*'], category: 'read' },
  { tools: ['*/create_*', '*/update_*'], category: 'write' },
  { tools: ['*/delete_*'], category: 'destructive' },
] as const;

const environments = ['dev', 'test', 'staging', 'prod'];
const verbs = ['list', 'get', 'create', 'update', 'delete', 'grant'];
const nouns = ['users', 'projects'];
const projects = Array.from({ length: 50 }, (_, i) => `project-${i}`);
const roles = ['Admin', 'ReadOnly', 'Billing', 'Deploy'];
const domains = ['example.com', 'partner.org', 'mail.net'];

export interface WorkloadShape {
  readonly rules: number;
  readonly requests: number;
  /** A dozen tools each. */
  readonly servers: number;
  readonly seed?: number;
}

/**
 * The same for the same shape. People grow with the rules (one for each, in a group for every twenty), as they do where rules
 * run into thousands; a deny is narrower than the rest, so that every outcome occurs.
 */
export function createWorkload({
  rules: ruleCount,
  requests,
  servers: serverCount,
  seed = 7,
}: WorkloadShape): Workload {
  const random = createRandom(seed + ruleCount);
  const int = (below: number) => Math.floor(random() * below);
  const pick = <T>(list: readonly T[]): T => list[int(list.length)] as T;
  const some = <T>(list: readonly T[], most: number): T[] => [
    ...new Set(Array.from({ length: 1 + int(most) }, () => pick(list))),
  ];
  const isOneIn = (share: number) => random() < share;

  const servers = Array.from({ length: serverCount }, (_, i) => `server-${i}`);
  const tools = servers.flatMap((server) =>
    verbs.flatMap((verb) => nouns.map((noun) => `${server}/${verb}_${noun}`)),
  );
  const users = Array.from({ length: Math.max(50, ruleCount) }, (_, i) => `user-${i}@example.com`);
  const groups = Array.from({ length: Math.max(10, ruleCount / 20) }, (_, i) => `group-${i}`);
  const memberships = new Map(users.map((user) => [user, some(groups, 4)]));

  const argumentTest = (name: string): WorkloadTest => {
    switch (name) {
      case 'project':
        return isOneIn(0.5) ? { equals: pick(projects) } : { in: some(projects, 5) };
      case 'role':
        return isOneIn(0.5) ? { matches: pick(roles) } : { prefix: `arn:aws:iam::${int(4)}:role/` };
      case 'owner':
        return { domain: pick(domains) };
      default:
        return isOneIn(0.5) ? { gt: int(10_000) } : { lte: int(10_000) };
    }
  };

  const isSmall = ruleCount < 100;
  const createRule = (i: number): WorkloadRule => {
    const kind = random();
    const effect = kind < 0.5 ? 'allow' : kind < 0.85 ? 'approval' : 'deny';
    const isNarrow = effect === 'deny';
    // A file of ten rules speaks of everybody and of families of tools, or it would hardly decide anything.
    const subject = isSmall && isOneIn(0.6) ? 1 : random();
    const glob = () => pick([`${pick(servers)}/${pick(verbs)}_*`, `*/${pick(verbs)}_${pick(nouns)}`]);
    const names = Object.keys(argumentTypes);
    const when: WorkloadRule['when'] = {
      tools: isOneIn(isSmall ? 0.5 : 0.03) ? [glob()] : some(tools, 3),
      ...(subject < 0.6 || (isNarrow && !isSmall && subject > 0.9)
        ? { groups: some(groups, 2) }
        : subject < 0.9
          ? { principals: some(users, 2) }
          : {}),
      ...(isOneIn(0.15) ? { category: some(['read', 'write', 'privileged_write', 'destructive'], 2) } : {}),
      ...(isOneIn(0.4) ? { environment: some(environments, 2) } : {}),
      ...(isNarrow || isOneIn(0.5)
        ? { arguments: Object.fromEntries(some(names, 2).map((name) => [name, argumentTest(name)])) }
        : {}),
      ...(isOneIn(0.1) ? { time: { window: pick(windows).window, zone: pick(zones) } } : {}),
    };
    const approval = isOneIn(0.5)
      ? { approval: { steps: [{ from: [`group:${pick(groups.slice(0, 4))}`], votes: 1 + int(2) }] } }
      : {};
    return {
      id: `rule-${i}`,
      effect,
      when,
      reason: `Because of ${i}.`,
      ...(effect === 'approval' ? approval : {}),
    };
  };

  const createRequest = (): PolicyRequest => {
    const user = pick(users);
    const [server = '', tool = ''] = pick(tools).split('/');
    const given: JsonObject = {
      project: pick(projects),
      role: `arn:aws:iam::${int(4)}:role/${pick(roles)}`,
      owner: `owner-${int(50)}@${pick(domains)}`,
      amount: int(10_000),
      count: int(10_000),
    };
    const args: JsonObject = {};
    for (const [name, value] of Object.entries(given)) {
      if (isOneIn(0.03)) args[name] = [String(value)];
      else if (isOneIn(0.9)) args[name] = value;
    }
    return {
      principal: { id: user, kind: 'user', groups: memberships.get(user) ?? [], assurance: 'authenticated' },
      call: { server, tool, arguments: args },
      environment: pick(environments),
      now_ms: Date.UTC(2026, 0, 1) + int(365 * 86_400) * 1000,
    };
  };

  const rules = Array.from({ length: ruleCount }, (_, i) => createRule(i));
  const categories = categoryTable.map(({ tools: globs, category }) => ({ tools: [...globs], category }));
  return {
    policy: { version: 1, default: 'deny', categories, rules },
    requests: Array.from({ length: requests }, createRequest),
    tools,
  };
}

/** Mulberry32: small, seeded, good enough to spread a workload. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
