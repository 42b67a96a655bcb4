import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import type { Decision } from '@hitl/core';
import { localTimes, type PolicyPeer, typedArguments } from './policy-peer.ts';
import { type Workload, type WorkloadRule, type WorkloadTest, windows, zones } from './policy-workload.ts';

type Cedar = typeof import('@cedar-policy/cedar-wasm');
const cedar = createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs') as Cedar;

/**
 * Cedar with a preparsed policy set. It knows two outcomes; the third comes from a convention that costs one evaluation: allow
 * and approval rules are both `permit`, told apart by the ids that Cedar returns.
 */
export function createCedarPeer({ policy }: Workload): PolicyPeer {
  const startMs = performance.now();
  const setId = `rules-${policy.rules.length}`;
  const staticPolicies = Object.fromEntries(policy.rules.map((rule) => [rule.id, cedarPolicy(rule)]));
  const parsed = cedar.preparsePolicySet(setId, { staticPolicies });
  if (parsed.type === 'failure') throw new Error(`Cedar refused the policies: ${parsed.errors[0]?.message}`);
  const loadMs = performance.now() - startMs;
  const effects = new Map(policy.rules.map((rule) => [rule.id, rule.effect]));
  const order = new Map(policy.rules.map((rule, i) => [rule.id, i]));
  return {
    name: 'cedar-wasm, stateful',
    loadMs,
    decide(request, category) {
      const { principal, call, environment, now_ms } = request;
      const uid = { type: 'User', id: principal.id };
      const tool = `${call.server}/${call.tool}`;
      const question = {
        principal: uid,
        action: { type: 'Action', id: tool },
        resource: { type: 'Tool', id: tool },
        context: { tool, category, environment, args: typedArguments(request), ...localTimes(now_ms) },
        preparsedPolicySetId: setId,
        entities: [{ uid, attrs: {}, parents: principal.groups.map((id) => ({ type: 'Group', id })) }],
      };
      const answer = cedar.statefulIsAuthorized(question);
      if (answer.type === 'failure') throw new Error(answer.errors[0]?.message);
      const { decision, diagnostics } = answer.response;
      if (diagnostics.errors.length > 0) throw new Error(diagnostics.errors[0]?.error.message);
      const ids = diagnostics.reason;
      if (ids.length === 0) return { effect: policy.default, rule_ids: [] };
      let effect: Decision['effect'] = 'deny';
      if (decision === 'allow')
        effect = ids.some((id) => effects.get(id) === 'approval') ? 'approval' : 'allow';
      const winners = ids.filter((id) => effects.get(id) === effect);
      return { effect, rule_ids: winners.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0)) };
    },
  };
}

/** As selective in the scope as Cedar allows; what it can't say there stands in `when`. */
function cedarPolicy({ effect, when }: WorkloadRule): string {
  const conditions: string[] = [];
  let principal = 'principal';
  let action = 'action';
  const { tools, groups, principals, category, environment, time } = when;
  const refs = groups?.map((id) => `Group::${quote(id)}`) ?? principals?.map((id) => `User::${quote(id)}`);
  if (refs?.length === 1) principal = `principal ${groups === undefined ? '==' : 'in'} ${refs[0]}`;
  else if (refs !== undefined) conditions.push(`principal in [${refs.join(', ')}]`);
  if (tools?.some((tool) => tool.includes('*'))) {
    conditions.push(tools.map((tool) => `context.tool like ${quote(tool)}`).join(' || '));
  } else if (tools !== undefined)
    action = `action in [${tools.map((tool) => `Action::${quote(tool)}`).join(', ')}]`;
  if (environment) conditions.push(`[${environment.map(quote).join(', ')}].contains(context.environment)`);
  if (category) conditions.push(`[${category.map(quote).join(', ')}].contains(context.category)`);
  if (time) {
    const zone = zones.indexOf(time.zone as (typeof zones)[number]);
    const window = windows.find((one) => one.window === time.window) ?? windows[0];
    conditions.push(`context.hour_${zone} >= ${window.fromHour}`, `context.hour_${zone} <= ${window.toHour}`);
    conditions.push(`[${window.weekdays.join(', ')}].contains(context.weekday_${zone})`);
  }
  for (const [name, test] of Object.entries(when.arguments ?? {})) {
    const has = `context.args has ${name}`;
    const met = cedarTest(`context.args.${name}`, test);
    // A policy that errs is skipped: a gate must say itself that it applies to a missing argument.
    conditions.push(effect === 'allow' ? `${has} && ${met}` : `!(${has}) || ${met}`);
  }
  const body = conditions.length === 0 ? '' : ` when { ${conditions.map((one) => `(${one})`).join(' && ')} }`;
  return `${effect === 'deny' ? 'forbid' : 'permit'} (${principal}, ${action}, resource)${body};`;
}

function cedarTest(path: string, test: WorkloadTest): string {
  if ('equals' in test) return `${path} == ${quote(test.equals)}`;
  if ('in' in test) return `[${test.in.map(quote).join(', ')}].contains(${path})`;
  // The workload's patterns are plain words, which Cedar can find without regular expressions.
  if ('matches' in test) return `${path} like ${quote(`*${test.matches}*`)}`;
  if ('prefix' in test) return `${path} like ${quote(`${test.prefix}*`)}`;
  if ('domain' in test) return `${path} like ${quote(`*@${test.domain}`)}`;
  return 'gt' in test ? `${path} > ${test.gt}` : `${path} <= ${test.lte}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
