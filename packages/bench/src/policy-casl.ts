import { performance } from 'node:perf_hooks';
import { createMongoAbility, type MongoAbility, type RawRuleOf } from '@casl/ability';
import type { PolicyRequest } from '@hitl/policy';
import type { NaiveRule } from '@hitl/policy/naive';
import { localTimes, type PolicyPeer, typedArguments } from './policy-peer.ts';
import {
  argumentTypes,
  type Workload,
  type WorkloadRule,
  type WorkloadTest,
  windows,
  zones,
} from './policy-workload.ts';

type Subject = Record<string, unknown> & { readonly tool: string };

/** Stands for a missing text in the members that gates look at; no real argument is that. */
const absent = '\u0000';
const effectOrder: readonly NaiveRule['effect'][] = ['allow', 'approval', 'deny'];

/**
 * CASL with the tool as subject type and the category as action, the two things that it indexes. It knows two outcomes
 * and puts the last rule first: with deny rules last and each effect in reverse, the rules that it finds come gravest
 * effect first, in the file's order, and those that match up to the next effect are the decision.
 */
export function createCaslPeer({ policy }: Workload): PolicyPeer {
  const startMs = performance.now();
  const rules = effectOrder.flatMap((effect) =>
    policy.rules
      .filter((rule) => rule.effect === effect)
      .toReversed()
      .map(caslRule),
  );
  const ability = createMongoAbility(rules as RawRuleOf<MongoAbility>[], {
    detectSubjectType: (subject) => (subject as unknown as Subject).tool,
  });
  const loadMs = performance.now() - startMs;
  const effects = new Map(policy.rules.map((rule) => [rule.id, rule.effect]));
  return {
    name: 'casl',
    loadMs,
    decide(request, category) {
      const subject = caslSubject(request);
      let effect: NaiveRule['effect'] | undefined;
      const ids: string[] = [];
      for (const rule of ability.rulesFor(category, subject.tool)) {
        const id = rule.reason ?? '';
        const own = effects.get(id);
        if (effect !== undefined && own !== effect) break;
        if (!rule.matchesConditions(subject as never)) continue;
        effect = own;
        ids.push(id);
      }
      return { effect: effect ?? policy.default, rule_ids: ids };
    },
  };
}

const members = Object.entries(argumentTypes).map(([name, type]) => ({
  name,
  type,
  allow: `allow_${name}`,
  gate: `gate_${name}`,
  high: `gate_${name}_high`,
  low: `gate_${name}_low`,
}));

/** Members for allow rules are left out where missing; those for gates hold what every test of a gate is true of. */
function caslSubject(request: PolicyRequest): Subject {
  const { principal, call, environment, now_ms } = request;
  const args = typedArguments(request);
  const subject: Record<string, unknown> & { tool: string } = {
    tool: `${call.server}/${call.tool}`,
    user: principal.id,
    groups: principal.groups,
    environment,
    ...localTimes(now_ms),
  };
  for (const { name, type, allow, gate, high, low } of members) {
    const value = args[name];
    if (value !== undefined) subject[allow] = value;
    if (type === 'string') subject[gate] = value ?? absent;
    else {
      subject[high] = value ?? Number.POSITIVE_INFINITY;
      subject[low] = value ?? Number.NEGATIVE_INFINITY;
    }
  }
  return subject;
}

function caslRule({ id, effect, when }: WorkloadRule) {
  const conditions: Record<string, unknown> = {};
  const { groups, principals, environment, category, time } = when;
  // Which tools a glob means isn't known when rules are loaded: servers come and change later.
  const isGlob = when.tools?.some((tool) => tool.includes('*')) === true;
  if (isGlob) conditions.tool = { $regex: `^(?:${when.tools?.join('|').replaceAll('*', '.*')})$` };
  if (groups) conditions.groups = { $in: groups };
  if (principals) conditions.user = { $in: principals };
  if (environment) conditions.environment = { $in: environment };
  if (time) {
    const zone = zones.indexOf(time.zone as (typeof zones)[number]);
    const window = windows.find((one) => one.window === time.window) ?? windows[0];
    conditions[`hour_${zone}`] = { $gte: window.fromHour, $lte: window.toHour };
    conditions[`weekday_${zone}`] = { $in: [...window.weekdays] };
  }
  for (const [name, test] of Object.entries(when.arguments ?? {})) {
    const [member, query] = effect === 'allow' ? allowQuery(name, test) : gateQuery(name, test);
    conditions[member] = query;
  }
  return {
    action: category === undefined ? 'manage' : [...category],
    subject: isGlob || when.tools === undefined ? 'all' : [...when.tools],
    ...(Object.keys(conditions).length === 0 ? {} : { conditions }),
    reason: id,
  };
}

function allowQuery(name: string, test: WorkloadTest): [string, unknown] {
  // `$exists`, because a "less than" of CASL is true of what is missing.
  if ('gt' in test) return [`allow_${name}`, { $exists: true, $gt: test.gt }];
  if ('lte' in test) return [`allow_${name}`, { $exists: true, $lte: test.lte }];
  if ('equals' in test) return [`allow_${name}`, test.equals];
  if ('in' in test) return [`allow_${name}`, { $in: test.in }];
  return [`allow_${name}`, { $exists: true, $regex: patternOf(test) }];
}

function gateQuery(name: string, test: WorkloadTest): [string, unknown] {
  if ('gt' in test) return [`gate_${name}_high`, { $gt: test.gt }];
  if ('lte' in test) return [`gate_${name}_low`, { $lte: test.lte }];
  if ('equals' in test) return [`gate_${name}`, { $in: [test.equals, absent] }];
  if ('in' in test) return [`gate_${name}`, { $in: [...test.in, absent] }];
  return [`gate_${name}`, { $regex: `${patternOf(test)}|^${absent}$` }];
}

function patternOf(
  test: Exclude<
    WorkloadTest,
    { equals: string } | { in: readonly string[] } | { gt: number } | { lte: number }
  >,
) {
  if ('matches' in test) return test.matches;
  if ('prefix' in test) return `^${test.prefix}`;
  return `@${test.domain.replaceAll('.', '\\.')}$`;
}
