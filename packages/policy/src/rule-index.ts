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

/** Candidates of one effect, found by who asks. A rule stands in exactly one of the three kinds of list. */
export interface Lane {
  readonly any: readonly Candidate[];
  readonly byPrincipal: ReadonlyMap<string, readonly Candidate[]>;
  readonly byGroup: ReadonlyMap<string, readonly Candidate[]>;
}

/** All rules that can matter for one tool in one category and environment. */
export type Cell = Readonly<Record<Decision['effect'], Lane>>;

export interface RuleIndex {
  cellOf(frame: Frame): Cell;
}

type Subject =
  | { readonly kind: 'any' }
  | { readonly kind: 'principal' | 'group'; readonly names: readonly string[] };

/** Bounds what tool names made up by a caller can fill memory with; accepted tools are far fewer. */
const capacity = 10_000;

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
  let cells = new Map<string, Map<string, Cell[]>>();
  let toolCount = 0;

  function build(frame: Frame): Cell {
    const { server, tool } = frame.request.call;
    const possible = [...(exact.get(`${server}/${tool}`) ?? []), ...loose].sort((a, b) => a.index - b.index);
    const lanes = { deny: createLane(), approval: createLane(), allow: createLane() };
    for (const rule of possible) {
      const { effect } = rule.rule;
      const candidate = candidates[rule.index];
      const subject = subjects[rule.index];
      if (candidate === undefined || subject === undefined) continue;
      const truth = staticTruth(rule, frame);
      if (!isMatch(effect, truth)) continue;
      const lane = lanes[effect];
      if (subject.kind === 'any') lane.any.push(candidate);
      else {
        const lists = subject.kind === 'principal' ? lane.byPrincipal : lane.byGroup;
        for (const name of subject.names) push(lists, name, candidate);
      }
    }
    return lanes;
  }

  return {
    cellOf(frame) {
      const { call, environment } = frame.request;
      let ofServer = cells.get(call.server);
      let ofTool = ofServer?.get(call.tool);
      if (ofServer === undefined || ofTool === undefined) {
        if (toolCount >= capacity) {
          cells = new Map();
          toolCount = 0;
          ofServer = undefined;
        }
        ofServer ??= new Map();
        ofTool = [];
        ofServer.set(call.tool, ofTool);
        cells.set(call.server, ofServer);
        toolCount += 1;
      }
      // 0: no environment given, 1: one that no rule names.
      const isGiven = typeof environment === 'string' && environment !== '';
      const place = isGiven ? (environments.get(environment) ?? 1) : 0;
      const key = place * categoryCount + approvalCategories.indexOf(frame.category);
      let cell = ofTool[key];
      if (cell === undefined) {
        cell = build(frame);
        ofTool[key] = cell;
      }
      return cell;
    },
  };
}

function createLane() {
  return {
    any: [] as Candidate[],
    byPrincipal: new Map<string, Candidate[]>(),
    byGroup: new Map<string, Candidate[]>(),
  };
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
