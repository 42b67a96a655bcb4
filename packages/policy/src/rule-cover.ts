import { approvalCategories, canonicalJson } from '@hitl/core';
import { argumentTestCovers } from './argument-cover.ts';
import { globCovers, globsOverlap, toolGlobCovers, toolGlobsOverlap } from './glob-relations.ts';
import type { ListTest } from './list-test.ts';
import type { PolicyRule } from './policy-schema.ts';
import type { RuleConditions } from './rule-conditions.ts';
import { splitToolGlob } from './tool-glob.ts';

/**
 * True only if every request that `narrow` matches is matched by `wide` too. Errs on the side of "no": a rule is never called
 * covered that isn't.
 */
export function ruleCovers(wide: PolicyRule, narrow: PolicyRule): boolean {
  const isNarrowGate = narrow.effect !== 'allow';
  // A gate matches on what it can't judge; an allow rule doesn't.
  if (isNarrowGate && wide.effect === 'allow') return false;
  const a = narrow.when;
  const b = wide.when;
  if (b.rate !== undefined) return false;
  if (b.time !== undefined && (a.time === undefined || canonicalJson(a.time) !== canonicalJson(b.time)))
    return false;
  if (!listCovers(b.environment, a.environment, same, same)) return false;
  if (!listCovers(b.category, a.category, same, same) && !categoriesCover(b.category, a.category))
    return false;
  if (!groupsCover(b.groups, a.groups)) return false;
  if (!listCovers(b.principals, a.principals, principalCovers, principalsOverlap)) return false;
  if (!listCovers(b.tools, a.tools ?? everyTool, toolGlobCovers, toolGlobsOverlap)) return false;
  if (!serversCover(b.servers, a)) return false;
  return Object.entries(b.arguments ?? {}).every(([path, test]) => {
    const own = a.arguments;
    const narrowTest = own !== undefined && Object.hasOwn(own, path) ? own[path] : undefined;
    return narrowTest !== undefined && argumentTestCovers(test, narrowTest, isNarrowGate);
  });
}

const everyTool: ListTest = { values: ['*'], is_negated: false };

type Relation = (a: string, b: string) => boolean;
const same: Relation = (a, b) => a === b;

function listCovers(
  wide: ListTest | undefined,
  narrow: ListTest | undefined,
  covers: Relation,
  overlap: Relation,
): boolean {
  if (wide === undefined) return true;
  if (narrow === undefined) return false;
  const isWithin = (inner: ListTest, outer: ListTest) =>
    inner.values.every((value) => outer.values.some((other) => covers(other, value)));
  if (!narrow.is_negated) {
    if (!wide.is_negated) return isWithin(narrow, wide);
    return narrow.values.every((value) => !wide.values.some((other) => overlap(other, value)));
  }
  return wide.is_negated ? isWithin(wide, narrow) : false;
}

function categoriesCover(wide: ListTest | undefined, narrow: ListTest | undefined): boolean {
  const within = (test: ListTest | undefined) =>
    approvalCategories.filter((word) => test === undefined || test.values.includes(word) !== test.is_negated);
  const wideSet = within(wide);
  return within(narrow).every((category) => wideSet.includes(category));
}

/** A principal may be in several groups: being in one says nothing of not being in another. */
function groupsCover(wide: ListTest | undefined, narrow: ListTest | undefined): boolean {
  if (wide === undefined) return true;
  if (narrow === undefined || wide.is_negated !== narrow.is_negated) return false;
  const [inner, outer] = wide.is_negated ? [wide, narrow] : [narrow, wide];
  return inner.values.every((group) => outer.values.includes(group));
}

function serversCover(wide: ListTest | undefined, narrow: RuleConditions): boolean {
  if (listCovers(wide, narrow.servers, globCovers, globsOverlap)) return true;
  if (narrow.tools === undefined || narrow.tools.is_negated) return false;
  const servers = narrow.tools.values.map((tool) => splitToolGlob(tool)[0]);
  return listCovers(wide, { values: servers, is_negated: false }, globCovers, globsOverlap);
}

function principalCovers(wide: string, narrow: string): boolean {
  const [wideKind, wideId] = principalParts(wide);
  const [kind, id] = principalParts(narrow);
  return (wideKind === undefined || wideKind === kind) && globCovers(wideId, id);
}

function principalsOverlap(a: string, b: string): boolean {
  const [kindA, idA] = principalParts(a);
  const [kindB, idB] = principalParts(b);
  return (kindA === undefined || kindB === undefined || kindA === kindB) && globsOverlap(idA, idB);
}

function principalParts(pattern: string): readonly [kind: string | undefined, id: string] {
  const match = /^(user|service):(.+)$/.exec(pattern);
  return match === null ? [undefined, pattern] : [match[1], match[2] ?? ''];
}
