import { JiraRefusal } from './jira-answer.ts';
import type { JiraIssue, JiraProject } from './jira-state.ts';

export interface JqlQuery {
  readonly clauses: readonly {
    readonly field: string;
    readonly isNegated: boolean;
    readonly values: readonly string[];
  }[];
  readonly orderBy: readonly { readonly field: string; readonly isDescending: boolean }[];
}

const tokenPattern = /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(!=|[=(),])|([^\s"'=(),!]+))/y;
const fields = new Set(['project', 'labels', 'key', 'issuekey', 'id', 'parent', 'issuetype']);
const orderFields = new Set(['key', 'created', 'updated', 'id']);

/** JQL as far as it is needed here: `field (=|!=|in|not in) value(s)` joined by AND, ORDER BY. Anything else is a 400, never guessed. */
export function parseJql(jql: string): JqlQuery {
  const tokens = tokenise(jql);
  let at = 0;
  const isWord = (word: string) => tokens[at]?.isQuoted === false && tokens[at]?.text.toLowerCase() === word;
  const take = (): string => {
    const token = tokens[at];
    if (token === undefined) throw syntaxError('it ends too early');
    at += 1;
    return token.text;
  };
  const expectWord = (word: string) => {
    if (!isWord(word)) throw syntaxError(`expecting '${word}' but got '${tokens[at]?.text ?? 'the end'}'`);
    at += 1;
  };
  const clauses: { field: string; isNegated: boolean; values: string[] }[] = [];
  while (at < tokens.length && !isWord('order')) {
    if (clauses.length > 0) expectWord('and');
    const field = take().toLowerCase();
    if (!fields.has(field))
      throw new JiraRefusal(400, [
        `Field '${field}' does not exist or you do not have permission to view it.`,
      ]);
    let isNegated = isWord('!=') || isWord('not');
    if (isWord('not')) at += 1;
    if (isWord('in')) {
      at += 1;
      expectWord('(');
      const values = [take()];
      while (isWord(',')) {
        at += 1;
        values.push(take());
      }
      expectWord(')');
      clauses.push({ field, isNegated, values });
    } else {
      const operator = take();
      if (operator !== '=' && operator !== '!=')
        throw syntaxError(`the operator '${operator}' is not known here`);
      isNegated = operator === '!=';
      clauses.push({ field, isNegated, values: [take()] });
    }
  }
  const orderBy: { field: string; isDescending: boolean }[] = [];
  if (at < tokens.length) {
    expectWord('order');
    expectWord('by');
    do {
      if (orderBy.length > 0) at += 1;
      const field = take().toLowerCase();
      if (!orderFields.has(field)) throw syntaxError(`can't order by '${field}'`);
      const isDescending = isWord('desc');
      if (isDescending || isWord('asc')) at += 1;
      orderBy.push({ field, isDescending });
    } while (isWord(','));
    if (at < tokens.length) throw syntaxError(`unexpected '${tokens[at]?.text}'`);
  }
  if (clauses.length === 0)
    throw new JiraRefusal(400, [
      'Unbounded JQL queries are not allowed here. Please add a search restriction to your query.',
    ]);
  return { clauses, orderBy };
}

export function matchesJql(query: JqlQuery, issue: JiraIssue, project: JiraProject): boolean {
  return query.clauses.every(({ field, isNegated, values }) => {
    const wanted = new Set(values.map((value) => value.toLowerCase()));
    return valuesOf(field, issue, project).some((value) => wanted.has(value.toLowerCase())) !== isNegated;
  });
}

export function compareByJql({ orderBy }: JqlQuery): (a: JiraIssue, b: JiraIssue) => number {
  const order = orderBy.length > 0 ? orderBy : [{ field: 'created', isDescending: true }];
  return (a, b) => {
    for (const { field, isDescending } of order) {
      const difference = rankOf(field, a) - rankOf(field, b);
      if (difference !== 0) return isDescending ? -difference : difference;
    }
    return Number(b.id) - Number(a.id);
  };
}

function rankOf(field: string, issue: JiraIssue): number {
  if (field === 'key') return Number(issue.key.slice(issue.key.lastIndexOf('-') + 1));
  return field === 'id' ? Number(issue.id) : issue.created_at_ms;
}

function valuesOf(field: string, issue: JiraIssue, project: JiraProject): readonly string[] {
  switch (field) {
    case 'project':
      return [project.key, project.id, project.name];
    case 'labels':
      return issue.fields.labels;
    case 'parent':
      return issue.fields.parent_key === undefined ? [] : [issue.fields.parent_key];
    case 'issuetype':
      return project.issue_types.flatMap(({ id, name }) =>
        id === issue.fields.issue_type_id ? [id, name] : [],
      );
    default:
      return [issue.key, issue.id];
  }
}

function tokenise(jql: string): { text: string; isQuoted: boolean }[] {
  const tokens: { text: string; isQuoted: boolean }[] = [];
  tokenPattern.lastIndex = 0;
  const end = jql.trimEnd().length;
  while (tokenPattern.lastIndex < end) {
    const match = tokenPattern.exec(jql);
    if (match === null) throw syntaxError('a character is out of place');
    const quoted = match[1] ?? match[2];
    tokens.push(
      quoted === undefined
        ? { text: match[3] ?? match[4] ?? '', isQuoted: false }
        : { text: quoted.replace(/\\(.)/g, '$1'), isQuoted: true },
    );
  }
  return tokens;
}

function syntaxError(what: string): JiraRefusal {
  return new JiraRefusal(400, [`Error in the JQL Query: ${what}.`]);
}
