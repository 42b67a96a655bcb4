import { type Decision, qualifiedName } from '@hitl/core';
import { parseArgumentPath } from './argument-path.ts';
import type { ArgumentTest } from './argument-test.ts';
import { compileArgumentTest } from './compile-argument-test.ts';
import type { Condition } from './condition.ts';
import {
  describeArgument,
  describeArgumentTest,
  describeList,
  describeRate,
  describeTime,
} from './describe-test.ts';
import type { Frame } from './frame.ts';
import { compileGlob } from './glob.ts';
import type { ListTest } from './list-test.ts';
import { compilePrincipals } from './principal-test.ts';
import type { RateTest, RuleConditions, TimeTest } from './rule-conditions.ts';
import { isInside, parseTimeWindow } from './time-window.ts';
import { compileToolGlob } from './tool-glob.ts';
import { no, not, type Truth, truthOf, unknown } from './truth.ts';
import { createZoneClock, type ZoneClock } from './zone-clock.ts';

type Draft = Omit<Condition, 'id' | 'kind'>;

export interface ConditionCompiler {
  /** The conditions of a rule's `when`. A condition that an earlier rule has too is the same object. */
  compile(rule: {
    readonly id: string;
    readonly effect: Decision['effect'];
    readonly when: RuleConditions;
  }): Condition[];
  readonly count: number;
}

export function createConditionCompiler(): ConditionCompiler {
  const interned = new Map<string, Condition>();
  const clocks = new Map<string, ZoneClock>();

  function intern(kind: keyof RuleConditions, operand: unknown, draft: () => Draft): Condition {
    // Not canonical, since a second form of the same condition costs no more than its own evaluation.
    const key = `${kind} ${JSON.stringify(operand)}`;
    const known = interned.get(key);
    if (known !== undefined) return known;
    const condition = { id: interned.size, kind, ...draft() };
    interned.set(key, condition);
    return condition;
  }

  function clockOf(zone: string): ZoneClock {
    const clock = clocks.get(zone) ?? createZoneClock(zone);
    clocks.set(zone, clock);
    return clock;
  }

  return {
    get count() {
      return interned.size;
    },
    compile({ id, effect, when }) {
      const { tools, servers, category, environment, principals, groups, time, rate } = when;
      const out: Condition[] = [];
      if (tools) out.push(intern('tools', tools, () => toolsCondition(tools)));
      if (servers) out.push(intern('servers', servers, () => serversCondition(servers)));
      if (category) out.push(intern('category', category, () => categoryCondition(category)));
      if (environment) out.push(intern('environment', environment, () => environmentCondition(environment)));
      if (principals) out.push(intern('principals', principals, () => principalsCondition(principals)));
      if (groups) out.push(intern('groups', groups, () => groupsCondition(groups)));
      if (time) out.push(intern('time', time, () => timeCondition(time, clockOf(time.zone))));
      for (const [path, test] of Object.entries(when.arguments ?? {})) {
        out.push(intern('arguments', [path, test], () => argumentCondition(path, test)));
      }
      // A rate belongs to its rule: two rules never share a budget.
      if (rate) out.push(intern('rate', [id, effect, rate], () => rateCondition(id, effect, rate)));
      return out;
    },
  };
}

function toolsCondition(test: ListTest): Draft {
  const globs = test.values.map(compileToolGlob);
  return {
    name: 'tools',
    isStatic: true,
    expected: () => describeList(test),
    evaluate: ({ request: { call } }) =>
      truthOf(globs.some((glob) => glob(call.server, call.tool)) !== test.is_negated),
    actual: ({ request }) => qualifiedName(request.call),
  };
}

function serversCondition(test: ListTest): Draft {
  const globs = test.values.map(compileGlob);
  return {
    name: 'servers',
    isStatic: true,
    expected: () => describeList(test),
    evaluate: ({ request }) => truthOf(globs.some((glob) => glob(request.call.server)) !== test.is_negated),
    actual: ({ request }) => request.call.server,
  };
}

function categoryCondition(test: ListTest): Draft {
  const set = new Set(test.values);
  return {
    name: 'category',
    isStatic: true,
    expected: () => describeList(test),
    evaluate: ({ category }) => truthOf(set.has(category) !== test.is_negated),
    actual: ({ category }) => category,
  };
}

function environmentCondition(test: ListTest): Draft {
  const set = new Set(test.values);
  return {
    name: 'environment',
    isStatic: true,
    expected: () => describeList(test),
    evaluate: ({ request: { environment } }) =>
      typeof environment !== 'string' || environment === ''
        ? unknown
        : truthOf(set.has(environment) !== test.is_negated),
    actual: ({ request }) => (request.environment === '' ? 'none given' : request.environment),
  };
}

function principalsCondition(test: ListTest): Draft {
  const matches = compilePrincipals(test.values);
  return {
    name: 'principals',
    isStatic: false,
    expected: () => describeList(test),
    evaluate: ({ request }) => truthOf(matches(request.principal) !== test.is_negated),
    actual: ({ request }) => `${request.principal.kind}:${request.principal.id}`,
  };
}

function groupsCondition(test: ListTest): Draft {
  const set = new Set(test.values);
  return {
    name: 'groups',
    isStatic: false,
    expected: () => describeList(test),
    evaluate: ({ request }) =>
      truthOf(request.principal.groups.some((group) => set.has(group)) !== test.is_negated),
    actual: ({ request: { principal } }) =>
      principal.groups.length === 0 ? 'no group' : principal.groups.join(', '),
  };
}

function timeCondition(test: TimeTest, clock: ZoneClock): Draft {
  const windows = test.window.map(parseTimeWindow);
  return {
    name: 'time',
    isStatic: false,
    expected: () => describeTime(test),
    evaluate: ({ request }) => {
      const local = clock.at(request.now_ms);
      if (local === undefined) return unknown;
      for (const window of windows) if (isInside(window, local)) return 1;
      return no;
    },
    actual: ({ request }) => {
      const local = clock.at(request.now_ms);
      if (local === undefined) return 'no valid time';
      const two = (value: number) => String(value).padStart(2, '0');
      const weekday = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][local.weekday];
      return `${weekday} ${two(local.month)}-${two(local.day)} ${two(local.hour)}:${two(local.minute)} in ${clock.zone}`;
    },
  };
}

function argumentCondition(pathText: string, test: ArgumentTest): Draft {
  const path = parseArgumentPath(pathText) ?? { text: pathText, isSpread: false, steps: ['each' as const] };
  const testArguments = compileArgumentTest(path, test);
  return {
    name: `arguments.${pathText}`,
    isStatic: false,
    expected: () => describeArgumentTest(test),
    evaluate: ({ request }) => testArguments(request.call.arguments),
    actual: ({ request }) => describeArgument(path, request.call.arguments),
  };
}

function rateCondition(ruleId: string, effect: Decision['effect'], test: RateTest): Draft {
  const countOf = ({ request }: Frame): number | undefined => request.rate_counts?.get(ruleId);
  const isUsedUp = (count: number | undefined): Truth =>
    count !== undefined && count >= 0 ? truthOf(count >= test.n) : unknown;
  return {
    name: 'rate',
    isStatic: false,
    expected: () => describeRate(test, effect),
    evaluate: (frame) => (effect === 'allow' ? not(isUsedUp(countOf(frame))) : isUsedUp(countOf(frame))),
    actual: (frame) => {
      const count = countOf(frame);
      return count === undefined ? 'no count supplied' : `${count} calls`;
    },
  };
}
