import { type ApprovalCategory, type ApprovalRequirement, type Decision, digestOf } from '@hitl/core';
import { categorizeCall, createCategoryTable, explainCategory } from './categorize-call.ts';
import { type CompiledRules, compileRules } from './compile-rules.ts';
import type { CompiledRule } from './compiled-rule.ts';
import type { Condition } from './condition.ts';
import { type Explanation, explainRequest } from './explain-request.ts';
import type { Frame } from './frame.ts';
import type { PolicyDocument } from './parse-policy.ts';
import type { PolicyRequest } from './policy-request.ts';
import type { PolicyRule } from './policy-schema.ts';
import { createRequirementMerger } from './requirement-merger.ts';
import {
  type Candidate,
  type CandidateLists,
  type Cell,
  createRuleIndex,
  type RuleIndex,
} from './rule-index.ts';
import { createToolCache } from './tool-cache.ts';
import { isMatch, no, type Truth, unknown, yes } from './truth.ts';

interface KnownTool {
  readonly category: ApprovalCategory | undefined;
  readonly cells: Cell[];
}

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
  readonly #toolOf: (server: string, tool: string) => KnownTool;
  readonly #index: RuleIndex;
  readonly #merge: (rules: readonly CompiledRule[]) => ApprovalRequirement | undefined;
  /** Per condition `generation * 4 + truth`: each is evaluated at most once per request. */
  readonly #answers: Float64Array;
  readonly #matched: number[] = [];
  #generation = 0;

  constructor(document: PolicyDocument) {
    const { policy } = document;
    this.digest = digestOf(policy);
    this.rules = policy.rules;
    this.#compiled = compileRules(policy);
    this.#default = policy.default;
    const table = createCategoryTable(policy.categories);
    this.#toolOf = createToolCache((server, tool) => ({ category: table(server, tool), cells: [] }));
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
    const tool = this.#toolOf(request.call.server, request.call.tool);
    const category = categorizeCall(tool.category, request);
    const frame: Frame = { request, category };
    const cell = this.#index.cellOf(tool.cells, frame);
    this.#generation += 1;
    const lists = listsFor(cell, request.principal);
    for (const effect of gravestFirst) {
      const matched = this.#match(lists, effect, frame);
      if (matched.length > 0) return this.#decision(effect, matched, category);
    }
    return this.#defaultDecision(category);
  }

  /** The category that decisions on this call are made on. */
  categoryOf(request: PolicyRequest): ApprovalCategory {
    return categorizeCall(this.#toolOf(request.call.server, request.call.tool).category, request);
  }

  /** Every rule, whether it matched and why not, in words. Costs as much as there are rules. */
  explain(request: PolicyRequest): Explanation {
    const { category } = this.#toolOf(request.call.server, request.call.tool);
    return explainRequest(
      request,
      this.decide(request),
      explainCategory(category, request),
      this.#compiled.rules,
    );
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

  /** The result is valid until the next call. */
  #match(lists: readonly CandidateLists[], effect: Decision['effect'], frame: Frame): readonly number[] {
    const matched = this.#matched;
    matched.length = 0;
    let sources = 0;
    for (let i = 0; i < lists.length; i += 1) {
      const one = lists[i];
      if (one === undefined) continue;
      // Three fixed members read faster than one by a varying name.
      const list = effect === 'deny' ? one.deny : effect === 'approval' ? one.approval : one.allow;
      if (list.length === 0) continue;
      const before = matched.length;
      this.#matchList(list, effect, frame, matched);
      if (matched.length > before) sources += 1;
    }
    return sources > 1 ? inOrder(matched) : matched;
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

const gravestFirst = ['deny', 'approval', 'allow'] as const;

/** Looked up once for all three effects. */
function listsFor(cell: Cell, { id, groups }: PolicyRequest['principal']): CandidateLists[] {
  const lists = [cell.any];
  const own = cell.byPrincipal.get(id);
  if (own !== undefined) lists.push(own);
  if (cell.byGroup.size > 0) {
    for (let i = 0; i < groups.length; i += 1) {
      const ofGroup = cell.byGroup.get(groups[i] ?? '');
      if (ofGroup !== undefined) lists.push(ofGroup);
    }
  }
  return lists;
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
