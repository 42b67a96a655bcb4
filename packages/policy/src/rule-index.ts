import { approvalCategories, type Decision } from '@hitl/core';
import type { CompiledRule } from './compiled-rule.ts';
import type { Condition } from './condition.ts';
import type { Frame } from './frame.ts';
import { exactPrincipalIds } from './principal-test.ts';
import { isExactTool } from './tool-glob.ts';
import { isMatch, no, type Truth, unknown, yes } from './truth.ts';

/** A rule whose static conditions are known to hold; the rest is asked per request. */
export interface Candidate {
  readonly index: number;
  readonly dynamic: readonly Condition[];
}

/** By effect, in the file's order. */
export type CandidateLists = Readonly<Record<Decision['effect'], readonly Candidate[]>>;

/**
 * All rules that can matter for one tool in one category and environment, found by who asks. A rule stands in exactly one of
 * the three kinds of list.
 */
export interface Cell {
  readonly any: CandidateLists;
  readonly byPrincipal: ReadonlyMap<string, CandidateLists>;
  readonly byGroup: ReadonlyMap<string, CandidateLists>;
}

export interface RuleIndex {
  /** `cells` are those made for the frame's tool so far; a missing one is added. */
  cellOf(cells: Cell[], frame: Frame): Cell;
}

type Subject =
  | { readonly kind: 'any' }
  | { readonly kind: 'principal' | 'group'; readonly names: readonly string[] };

/**
 * Finds the candidates of a request: first by tool, category and environment (a cell, made when first asked for), then by
 * principal and group. Cost follows the candidates, not the number of rules.
 */
export function createRuleIndex(rules: readonly CompiledRule[]): RuleIndex {
  const exact = new Map<string, CompiledRule[]>();
  const loose: CompiledRule[] = [];
  const environments = new Map<string, number>();
  const subjects = rules.map(({ rule }) => subjectOf(rule));
  const candidates = rules.map((rule, i) => candidateOf(rule, subjects[i]));
  for (const rule of rules) {
    const { tools, environment } = rule.rule.when;
    for (const name of environment?.values ?? []) {
      if (!environments.has(name)) environments.set(name, environments.size + 2);
    }
    if (tools === undefined || tools.is_negated || !tools.values.every(isExactTool)) loose.push(rule);
    else for (const name of tools.values) push(exact, name, rule);
  }
  const categoryCount = approvalCategories.length;

  function build(frame: Frame): Cell {
    const { server, tool } = frame.request.call;
    const possible = [...(exact.get(`${server}/${tool}`) ?? []), ...loose].sort((a, b) => a.index - b.index);
    const any = createLists();
    const byPrincipal = new Map<string, ReturnType<typeof createLists>>();
    const byGroup = new Map<string, ReturnType<typeof createLists>>();
    for (const rule of possible) {
      const { effect } = rule.rule;
      const candidate = candidates[rule.index];
      const subject = subjects[rule.index];
      if (candidate === undefined || subject === undefined) continue;
      if (!isMatch(effect, staticTruth(rule, frame))) continue;
      if (subject.kind === 'any') {
        any[effect].push(candidate);
        continue;
      }
      const byName = subject.kind === 'principal' ? byPrincipal : byGroup;
      for (const name of subject.names) {
        let lists = byName.get(name);
        if (lists === undefined) {
          lists = createLists();
          byName.set(name, lists);
        }
        lists[effect].push(candidate);
      }
    }
    return { any, byPrincipal, byGroup };
  }

  return {
    cellOf(cells, frame) {
      const { environment } = frame.request;
      // 0: no environment given, 1: one that no rule names.
      const isGiven = typeof environment === 'string' && environment !== '';
      const place = isGiven ? (environments.get(environment) ?? 1) : 0;
      const key = place * categoryCount + approvalCategories.indexOf(frame.category);
      let cell = cells[key];
      if (cell === undefined) {
        cell = build(frame);
        cells[key] = cell;
      }
      return cell;
    },
  };
}

function createLists(): Record<Decision['effect'], Candidate[]> {
  return { deny: [], approval: [], allow: [] };
}

function staticTruth(rule: CompiledRule, frame: Frame): Truth {
  let all: Truth = yes;
  for (const condition of rule.conditions) {
    if (!condition.isStatic) continue;
    const truth = condition.evaluate(frame);
    if (truth === no) return no;
    if (truth === unknown) all = unknown;
  }
  return all;
}

function subjectOf({ when }: CompiledRule['rule']): Subject {
  const { principals, groups } = when;
  const ids =
    principals === undefined || principals.is_negated ? undefined : exactPrincipalIds(principals.values);
  if (ids !== undefined) return { kind: 'principal', names: [...new Set(ids)] };
  if (groups !== undefined && !groups.is_negated) return { kind: 'group', names: groups.values };
  return { kind: 'any' };
}

/** Leaves out what the index has answered when it offers the rule. */
function candidateOf(rule: CompiledRule, subject: Subject | undefined): Candidate {
  const plainIds =
    rule.rule.when.principals?.values.every((value) => !/^(?:user|service):/.test(value)) === true;
  return {
    index: rule.index,
    dynamic: rule.conditions.filter(({ isStatic, kind }) => {
      if (isStatic) return false;
      if (subject?.kind === 'group') return kind !== 'groups';
      return !(subject?.kind === 'principal' && plainIds && kind === 'principals');
    }),
  };
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
