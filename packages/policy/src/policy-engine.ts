import { type ApprovalCategory, type ApprovalRequirement, type Decision, digestOf } from '@hitl/core';
import { type CategoryTable, categorizeCall, createCategoryTable } from './categorize-call.ts';
import { type CompiledRules, compileRules } from './compile-rules.ts';
import type { CompiledRule } from './compiled-rule.ts';
import type { Condition } from './condition.ts';
import { type Explanation, explainRequest } from './explain-request.ts';
import type { Frame } from './frame.ts';
import type { PolicyDocument } from './parse-policy.ts';
import type { PolicyRequest } from './policy-request.ts';
import type { PolicyRule } from './policy-schema.ts';
import { createRequirementMerger } from './requirement-merger.ts';
import { type Candidate, createRuleIndex, type Lane, type RuleIndex } from './rule-index.ts';
import { isMatch, no, type Truth, unknown, yes } from './truth.ts';

export interface RateQuery {
  readonly rule_id: string;
  readonly window_seconds: number;
}

/**
 * Decides tool calls by one policy. Pure and synchronous: the same request always gets the same decision. What it keeps
 * between requests is only found again, never decided on.
 */
export class PolicyEngine {
  /** SHA-256 over the policy's canonical form: independent of layout, comments, key order and shorthands. */
  readonly digest: string;
  readonly rules: readonly PolicyRule[];
  readonly #compiled: CompiledRules;
  readonly #default: 'approval' | 'deny';
  readonly #table: CategoryTable;
  readonly #index: RuleIndex;
  readonly #merge: (rules: readonly CompiledRule[]) => ApprovalRequirement | undefined;
  /** Per condition `generation * 4 + truth`: each is evaluated at most once per request. */
  readonly #answers: Float64Array;
  #generation = 0;

  constructor(document: PolicyDocument) {
    const { policy } = document;
    this.digest = digestOf(policy);
    this.rules = policy.rules;
    this.#compiled = compileRules(policy);
    this.#default = policy.default;
    this.#table = createCategoryTable(policy.categories);
    this.#index = createRuleIndex(this.#compiled.rules);
    this.#merge = createRequirementMerger();
    this.#answers = new Float64Array(this.#compiled.conditionCount);
  }

  /**
   * Deny overrides approval, approval overrides allow; every matching rule of the effect that decides is named, in the
   * file's order. No `rule_ids` means that no rule matched and the default decided.
   * @throws for a request that isn't one; `decideSafely` turns that into a deny.
   */
  decide(request: PolicyRequest): Decision {
    const category = categorizeCall(this.#table, request);
    const frame: Frame = { request, category };
    const cell = this.#index.cellOf(frame);
    this.#generation += 1;
    let matched = this.#matchLane(cell.deny, 'deny', frame);
    if (matched.length > 0) return this.#decision('deny', matched, category);
    matched = this.#matchLane(cell.approval, 'approval', frame);
    if (matched.length > 0) return this.#decision('approval', matched, category);
    matched = this.#matchLane(cell.allow, 'allow', frame);
    if (matched.length > 0) return this.#decision('allow', matched, category);
    return this.#defaultDecision(category);
  }

  /** The category that decisions on this call are made on. */
  categoryOf(request: PolicyRequest): ApprovalCategory {
    return categorizeCall(this.#table, request);
  }

  /** Every rule, whether it matched and why not, in words. Costs as much as there are rules. */
  explain(request: PolicyRequest): Explanation {
    return explainRequest(request, this.decide(request), this.#table, this.#compiled.rules);
  }

  /**
   * The rules that look at a rate and apply to this call otherwise. Count each principal's calls by these queries, hand the
   * counts to `decide` as `rate_counts`, and count the call itself afterwards.
   */
  rateQueries(request: PolicyRequest): readonly RateQuery[] {
    const queries: RateQuery[] = [];
    let frame: Frame | undefined;
    for (const { rule, conditions } of this.#compiled.rules) {
      const { rate } = rule.when;
      if (rate === undefined) continue;
      frame ??= { request, category: this.categoryOf(request) };
      if (isMatch(rule.effect, conjunction(conditions, frame))) {
        queries.push({ rule_id: rule.id, window_seconds: rate.per_seconds });
      }
    }
    return queries;
  }

  #matchLane(lane: Lane, effect: Decision['effect'], frame: Frame): number[] {
    const matched: number[] = [];
    const { id, groups } = frame.request.principal;
    this.#matchList(lane.any, effect, frame, matched);
    const fromAny = matched.length;
    const own = lane.byPrincipal.get(id);
    if (own !== undefined) this.#matchList(own, effect, frame, matched);
    if (lane.byGroup.size > 0) {
      for (const group of groups) {
        const list = lane.byGroup.get(group);
        if (list !== undefined) this.#matchList(list, effect, frame, matched);
      }
    }
    return matched.length > fromAny && matched.length > 1 ? inOrder(matched) : matched;
  }

  #matchList(list: readonly Candidate[], effect: Decision['effect'], frame: Frame, matched: number[]): void {
    const answers = this.#answers;
    const base = this.#generation * 4;
    next: for (let i = 0; i < list.length; i += 1) {
      const candidate = list[i];
      if (candidate === undefined) continue;
      const { dynamic } = candidate;
      for (let j = 0; j < dynamic.length; j += 1) {
        const condition = dynamic[j];
        if (condition === undefined) continue;
        let truth = (answers[condition.id] ?? 0) - base;
        // An older generation's answer lies below.
        if (truth < 0) {
          truth = condition.evaluate(frame);
          answers[condition.id] = base + truth;
        }
        if (!isMatch(effect, truth as Truth)) continue next;
      }
      matched.push(candidate.index);
    }
  }

  #decision(effect: Decision['effect'], matched: readonly number[], category: ApprovalCategory): Decision {
    const rules: CompiledRule[] = [];
    const ids: string[] = [];
    const reasons: string[] = [];
    for (const index of matched) {
      const rule = this.#compiled.rules[index];
      if (rule === undefined) continue;
      rules.push(rule);
      ids.push(rule.rule.id);
      reasons.push(rule.reason);
    }
    const decision: Decision = { effect, rule_ids: ids, reasons, category, policy_digest: this.digest };
    if (effect === 'approval') decision.requirement = this.#merge(rules) ?? this.#compiled.defaultRequirement;
    return decision;
  }

  #defaultDecision(category: ApprovalCategory): Decision {
    const effect = this.#default;
    const reasons = [`No rule matched; the policy's default is ${effect}.`];
    const decision: Decision = { effect, rule_ids: [], reasons, category, policy_digest: this.digest };
    if (effect === 'approval') decision.requirement = this.#compiled.defaultRequirement;
    return decision;
  }
}

export function compilePolicy(document: PolicyDocument): PolicyEngine {
  return new PolicyEngine(document);
}

function conjunction(conditions: readonly Condition[], frame: Frame): Truth {
  let all: Truth = yes;
  for (const condition of conditions) {
    if (condition.kind === 'rate') continue;
    const truth = condition.evaluate(frame);
    if (truth === no) return no;
    if (truth === unknown) all = unknown;
  }
  return all;
}

/** Ascending, each once: a rule that names two of the principal's groups is found twice. */
function inOrder(indexes: number[]): number[] {
  indexes.sort((a, b) => a - b);
  let kept = 1;
  for (let i = 1; i < indexes.length; i += 1) {
    const index = indexes[i];
    if (index !== undefined && index !== indexes[kept - 1]) {
      indexes[kept] = index;
      kept += 1;
    }
  }
  indexes.length = kept;
  return indexes;
}
