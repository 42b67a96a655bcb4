import type { ApprovalCategory, Decision } from '@hitl/core';
import type { PolicyRequest } from '../src/index.ts';

/**
 * A second reading of the policy file, as plain as can be: no index, no interning, no shared code with the engine. It takes the
 * file as its author wrote it (shorthands and all, already known to be valid) and is what the engine is compared with.
 */
export interface NaivePolicy {
  readonly default: 'approval' | 'deny';
  readonly categories?: readonly {
    readonly tools: string | readonly string[];
    readonly category: ApprovalCategory;
  }[];
  readonly rules: readonly NaiveRule[];
}

export interface NaiveRule {
  readonly id: string;
  readonly effect: Decision['effect'];
  readonly when: Readonly<Record<string, unknown>>;
  readonly reason?: string;
  readonly approval?: unknown;
}

export interface NaiveDecision {
  readonly effect: Decision['effect'];
  readonly rule_ids: readonly string[];
  readonly category: ApprovalCategory;
}

/** `undefined` is "can't tell". */
type Answer = boolean | undefined;

const gravity: readonly ApprovalCategory[] = ['read', 'write', 'privileged_write', 'destructive'];

export function naiveDecide(policy: NaivePolicy, request: PolicyRequest): NaiveDecision {
  const category = naiveCategory(policy, request);
  for (const effect of ['deny', 'approval', 'allow'] as const) {
    const ids = policy.rules
      .filter((rule) => rule.effect === effect && naiveMatches(rule, request, category))
      .map((rule) => rule.id);
    if (ids.length > 0) return { effect, rule_ids: ids, category };
  }
  return { effect: policy.default, rule_ids: [], category };
}

export function naiveCategory(policy: NaivePolicy, request: PolicyRequest): ApprovalCategory {
  const { annotations } = request;
  const entry = policy.categories?.find(({ tools }) =>
    listOf(tools).some((glob) => naiveTool(glob, request)),
  );
  const isTrustedRead = request.is_trusted === true && annotations?.readOnlyHint === true;
  const claims: (ApprovalCategory | undefined)[] = [
    entry?.category ?? (isTrustedRead ? 'read' : 'privileged_write'),
    annotations?.readOnlyHint === false ? 'write' : undefined,
    annotations?.destructiveHint === true ? 'destructive' : undefined,
    request.declared_category,
  ];
  return gravity.findLast((category) => claims.includes(category)) ?? 'destructive';
}

export function naiveMatches(rule: NaiveRule, request: PolicyRequest, category: ApprovalCategory): boolean {
  return Object.entries(rule.when).every(([name, test]) => {
    const answer = naiveCondition(name, test, rule, request, category);
    return rule.effect === 'allow' ? answer === true : answer !== false;
  });
}

function naiveCondition(
  name: string,
  test: unknown,
  rule: NaiveRule,
  request: PolicyRequest,
  category: ApprovalCategory,
): Answer {
  const { principal, call, environment } = request;
  switch (name) {
    case 'tools':
      return naiveList(test, (glob) => naiveTool(glob, request));
    case 'servers':
      return naiveList(test, (glob) => naiveGlob(glob, call.server));
    case 'category':
      return naiveList(test, (word) => word === category);
    case 'environment':
      return environment === '' ? undefined : naiveList(test, (word) => word === environment);
    case 'groups':
      return naiveList(test, (group) => principal.groups.includes(group));
    case 'principals':
      return naiveList(test, (pattern) => {
        if (pattern.startsWith('user:'))
          return principal.kind === 'user' && naiveGlob(pattern.slice(5), principal.id);
        if (pattern.startsWith('service:'))
          return principal.kind === 'service' && naiveGlob(pattern.slice(8), principal.id);
        return naiveGlob(pattern, principal.id);
      });
    case 'time':
      return naiveTime(test as { window: string | string[]; zone: string }, request.now_ms);
    case 'rate': {
      const count = request.rate_counts?.get(rule.id);
      if (count === undefined) return undefined;
      const isUsedUp = count >= (test as { n: number }).n;
      return rule.effect === 'allow' ? !isUsedUp : isUsedUp;
    }
    case 'arguments':
      return allOf(
        Object.entries(test as Record<string, unknown>).map(([path, operators]) =>
          naiveArgument(path.split(/\.|(?=\[\])/), operators, [call.arguments], path.includes('[]')),
        ),
      );
    default:
      throw new Error(`no such condition ${name}`);
  }
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value : [value as string];
}

function naiveList(test: unknown, matches: (value: string) => boolean): boolean {
  if (typeof test === 'object' && !Array.isArray(test))
    return !listOf((test as { not: unknown }).not).some(matches);
  return listOf(test).some(matches);
}

function naiveTool(glob: string, { call }: PolicyRequest): boolean {
  if (glob === '*' || glob === `${call.server}/${call.tool}`) return true;
  if (!glob.includes('*') && !glob.includes('?')) return false;
  const [server = '', ...rest] = glob.split('/');
  return naiveGlob(server, call.server) && naiveGlob(rest.join('/'), call.tool);
}

/** By recursion on the pattern. */
function naiveGlob(pattern: string, text: string): boolean {
  const head = pattern.charAt(0);
  const rest = pattern.slice(1);
  if (head === '') return text === '';
  if (head === '*') return naiveGlob(rest, text) || (text !== '' && naiveGlob(pattern, text.slice(1)));
  return text !== '' && (head === '?' || head === text.charAt(0)) && naiveGlob(rest, text.slice(1));
}

const absent = Symbol('absent');
const unreadable = Symbol('unreadable');

function naiveArgument(
  steps: readonly string[],
  operators: unknown,
  values: unknown[],
  isSpread: boolean,
): Answer {
  const [step, ...rest] = steps;
  if (step !== undefined) {
    const next = values.flatMap((value) => {
      if (value === absent || value === unreadable) return [value];
      if (step === '[]') return Array.isArray(value) ? value : [unreadable];
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return [unreadable];
      const own = Object.entries(value).find(([key]) => key === step);
      return [own === undefined ? absent : own[1]];
    });
    return naiveArgument(rest, operators, next, isSpread);
  }
  const answers = values.map((value) => naiveValue(value, operators));
  if (!isSpread) return answers[0];
  if (answers.length === 0) return undefined;
  return answers.every((answer) => answer === answers[0]) ? answers[0] : undefined;
}

function allOf(answers: readonly Answer[]): Answer {
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

function naiveValue(value: unknown, operators: unknown): Answer {
  if (typeof operators !== 'object' || operators === null) return naiveOperator('equals', operators, value);
  return allOf(
    Object.entries(operators).map(([operator, operand]) => naiveOperator(operator, operand, value)),
  );
}

function naiveOperator(operator: string, operand: unknown, value: unknown): Answer {
  const text = (test: (text: string) => boolean): Answer =>
    typeof value === 'string' ? test(value) : undefined;
  const number = (test: (number: number) => boolean): Answer =>
    typeof value === 'number' ? test(value) : undefined;
  switch (operator) {
    case 'exists':
      if (value === unreadable || value === null) return undefined;
      return operand === (value !== absent);
    case 'equals':
      return typeof value === typeof operand ? value === operand : undefined;
    case 'in': {
      const list = operand as unknown[];
      if (list.includes(value)) return true;
      return list.some((item) => typeof item === typeof value) ? false : undefined;
    }
    case 'not': {
      const inner = Array.isArray(operand) ? naiveOperator('in', operand, value) : naiveValue(value, operand);
      return inner === undefined ? undefined : !inner;
    }
    case 'matches':
      return text((it) => new RegExp(operand as string, 'u').test(it));
    case 'prefix':
      return text((it) => it.indexOf(operand as string) === 0);
    case 'suffix':
      return text((it) => it.slice(-(operand as string).length) === operand);
    case 'domain':
      return text(() => true) && naiveDomain(value as string, listOf(operand));
    case 'gt':
      return number((it) => it > (operand as number));
    case 'gte':
      return number((it) => it >= (operand as number));
    case 'lt':
      return number((it) => it < (operand as number));
    case 'lte':
      return number((it) => it <= (operand as number));
    case 'length': {
      if (typeof value !== 'string' && !Array.isArray(value)) return undefined;
      return naiveValue([...value].length, operand);
    }
    default:
      throw new Error(`no such operator ${operator}`);
  }
}

function naiveDomain(text: string, domains: readonly string[]): Answer {
  const parts = text.split('@');
  const [name = '', domain = ''] = parts;
  if (parts.length !== 2 || name === '' || /[\s<>"(),;:\\]/.test(text)) return undefined;
  if (!/^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/i.test(domain)) return undefined;
  return domains.some((wanted) => wanted.toLowerCase() === domain.toLowerCase());
}

const monthWords = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayWords = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const formats = new Map<string, Intl.DateTimeFormat>();

/** Asks Intl for every field, every time. */
function naiveTime({ window, zone }: { window: string | string[]; zone: string }, nowMs: number): Answer {
  if (Number.isNaN(nowMs)) return undefined;
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      minute: 'numeric',
      hour: 'numeric',
      day: 'numeric',
      month: 'numeric',
      weekday: 'short',
    });
  formats.set(zone, format);
  const parts = Object.fromEntries(format.formatToParts(nowMs).map(({ type, value }) => [type, value]));
  const fields = [
    Number(parts.minute),
    Number(parts.hour),
    Number(parts.day),
    Number(parts.month),
    dayWords.indexOf(String(parts.weekday).toLowerCase()),
  ];
  return listOf(window).some((cron) =>
    cron.split(/\s+/).every((field, i) =>
      field.split(',').some((part) => {
        const [range = '', step = '1'] = part.split('/');
        const words = i === 3 ? monthWords : i === 4 ? dayWords : [];
        const read = (word: string) =>
          words.includes(word.toLowerCase())
            ? words.indexOf(word.toLowerCase()) + (i === 3 ? 1 : 0)
            : Number(word);
        const [low, high] = range.split('-').map(read);
        const start = range === '*' ? (i === 2 || i === 3 ? 1 : 0) : (low ?? 0);
        const end = range === '*' || (high === undefined && part.includes('/')) ? 60 : (high ?? start);
        const own = fields[i] ?? -1;
        const candidates = i === 4 && own === 0 ? [0, 7] : [own];
        return candidates.some((at) => at >= start && at <= end && (at - start) % Number(step) === 0);
      }),
    ),
  );
}
