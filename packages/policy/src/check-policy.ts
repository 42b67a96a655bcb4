import { canonicalJson, type Decision, mergeRequirements } from '@hitl/core';
import { createCategoryTable } from './categorize-call.ts';
import { checkReferences, type KnownDirectory, type ReferenceProblem } from './check-references.ts';
import { compileRules } from './compile-rules.ts';
import type { CompiledRule } from './compiled-rule.ts';
import { findContradiction } from './find-contradiction.ts';
import type { PolicyDocument } from './parse-policy.ts';
import { ruleCovers } from './rule-cover.ts';
import { isExactTool } from './tool-glob.ts';

export type { KnownDirectory } from './check-references.ts';

/** Something about a valid policy that its author probably didn't mean. */
export interface Finding {
  /**
   * - `never_matches`: no well-formed call meets the conditions.
   * - `shadowed`: another rule of a stronger effect matches whenever this one does.
   * - `contradictory_effects`: two rules have the same conditions and different effects.
   * - `duplicate`, `redundant`: a rule of the same effect matches whenever this one does.
   * - `gates_missing_argument`: also matches every call of other tools, since they lack the argument.
   */
  readonly kind:
    | 'never_matches'
    | 'shadowed'
    | 'contradictory_effects'
    | 'duplicate'
    | 'redundant'
    | 'gates_missing_argument'
    | ReferenceProblem['kind'];
  readonly rule_id?: string;
  readonly other_rule_id?: string;
  readonly line: number;
  readonly message: string;
}

const strength: Record<Decision['effect'], number> = { allow: 0, approval: 1, deny: 2 };

/** Looks for rules that can't do what they seem to do, by line. Sound rather than complete: what it reports is so. */
export function checkPolicy(document: PolicyDocument, directory: KnownDirectory = {}): Finding[] {
  const { policy } = document;
  const lineOf = (path: readonly (string | number)[]) => document.locate(path).line;
  const table = createCategoryTable(policy.categories);
  const findings: Finding[] = [];
  const { rules } = compileRules(policy);
  const coverers = createCovererLists(rules);
  for (const compiled of rules) {
    const { rule, index } = compiled;
    const contradiction = findContradiction(rule, table);
    if (contradiction !== undefined) {
      const suffix =
        rule.effect !== 'allow' && contradiction.path[1] === 'arguments'
          ? '; it matches only calls where the argument is missing or of another type'
          : '; it never matches';
      findings.push({
        kind: 'never_matches',
        rule_id: rule.id,
        line: lineOf(['rules', index, ...contradiction.path]),
        message: `${contradiction.message}${suffix}`,
      });
    } else {
      const cover = findCover(compiled, coverers(rule.when.tools?.values[0]));
      if (cover !== undefined) findings.push({ ...cover, rule_id: rule.id, line: lineOf(['rules', index]) });
    }
    const { arguments: args, tools, servers } = rule.when;
    if (rule.effect !== 'allow' && args !== undefined && tools === undefined && servers === undefined) {
      const isGuarded = Object.values(args).every((test) => test.exists === true);
      if (!isGuarded) {
        findings.push({
          kind: 'gates_missing_argument',
          rule_id: rule.id,
          line: lineOf(['rules', index, 'when', 'arguments']),
          message: `also matches every call without ${Object.keys(args).join(', ')}, since a gate fails closed; name the tools, or add "exists: true"`,
        });
      }
    }
  }
  for (const { kind, path, message } of checkReferences(policy, directory)) {
    const id = typeof path[1] === 'number' ? policy.rules[path[1]]?.id : undefined;
    findings.push({ kind, ...(id === undefined ? {} : { rule_id: id }), line: lineOf(path), message });
  }
  return findings.sort((a, b) => a.line - b.line);
}

function findCover(
  narrow: CompiledRule,
  candidates: readonly CompiledRule[],
): Pick<Finding, 'kind' | 'other_rule_id' | 'message'> | undefined {
  const own = narrow.rule;
  for (const wide of candidates) {
    const other = wide.rule;
    if (other === own || strength[other.effect] < strength[own.effect] || !ruleCovers(other, own)) continue;
    const isSame = canonicalJson(own.when) === canonicalJson(other.when);
    if (other.effect !== own.effect) {
      return {
        kind: isSame ? 'contradictory_effects' : 'shadowed',
        other_rule_id: other.id,
        message: isSame
          ? `has the same conditions as "${other.id}", which is ${other.effect}: ${other.effect} overrides ${own.effect}`
          : `every call it matches is matched by "${other.id}" too, and ${other.effect} overrides ${own.effect}`,
      };
    }
    // Of two equal rules the later is the duplicate.
    if (isSame && wide.index > narrow.index) continue;
    if (!addsNothing(narrow, wide)) continue;
    return {
      kind: isSame ? 'duplicate' : 'redundant',
      other_rule_id: other.id,
      message: `${isSame ? 'repeats' : 'adds nothing to'} "${other.id}", which matches whenever this rule does`,
    };
  }
  return undefined;
}

function addsNothing(narrow: CompiledRule, wide: CompiledRule): boolean {
  if (narrow.requirement === undefined || wide.requirement === undefined) return true;
  const together = mergeRequirements([wide.requirement, narrow.requirement]);
  return canonicalJson(together) === canonicalJson(mergeRequirements([wide.requirement]));
}

/** The rules that could cover one whose first tool is given: those without exact tools, and those naming that tool. */
function createCovererLists(rules: readonly CompiledRule[]) {
  const exact = new Map<string, CompiledRule[]>();
  const loose: CompiledRule[] = [];
  for (const rule of rules) {
    const { tools } = rule.rule.when;
    if (tools === undefined || tools.is_negated || !tools.values.every(isExactTool)) loose.push(rule);
    else for (const tool of tools.values) exact.set(tool, [...(exact.get(tool) ?? []), rule]);
  }
  return (tool: string | undefined) => {
    const named = tool === undefined ? undefined : exact.get(tool);
    return named === undefined ? loose : [...named, ...loose].sort((a, b) => a.index - b.index);
  };
}
