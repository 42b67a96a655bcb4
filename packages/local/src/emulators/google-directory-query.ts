import type { StoredUser } from './google-directory-store.ts';
import { invalidInput } from './google-error.ts';

type Clause = (user: StoredUser) => boolean;

/**
 * The `query` of users.list: clauses joined by spaces, each `field=value`, `field:value` (contains) or `field:prefix*`; values
 * with spaces in single quotes. A clause without a field looks in names and addresses. A field that Google does not know is
 * 400 `invalid`.
 */
export function parseUserQuery(query: string): Clause {
  const clauses: Clause[] = [];
  const pattern = /\s*(?:([A-Za-z][\w.]*)\s*([=:]))?\s*(?:'((?:[^'\\]|\\.)*)'|([^\s'=:]+))/gy;
  let end = 0;
  for (const match of query.matchAll(pattern)) {
    const [whole, field, operator, quoted, bare] = match;
    clauses.push(toClause(field, operator, quoted?.replace(/\\(.)/g, '$1') ?? bare ?? ''));
    end = (match.index ?? 0) + whole.length;
  }
  if (query.slice(end).trim() !== '') throw invalidInput('query');
  return (user) => clauses.every((clause) => clause(user));
}

function toClause(field: string | undefined, operator: string | undefined, value: string): Clause {
  if (field === undefined)
    return (user) =>
      ['givenName', 'familyName', 'email'].some((name) => texts(user, name).some(contains(value)));
  if (field in flags) {
    if (operator !== '=' || !/^(true|false)$/i.test(value)) throw invalidInput('query');
    const wanted = /^true$/i.test(value);
    return (user) => (user[flags[field] ?? ''] === true) === wanted;
  }
  if (!textFields.includes(field) && !field.includes('.')) throw invalidInput('query');
  if (operator === '=') return (user) => texts(user, field).some((text) => same(text, value));
  if (value.endsWith('*')) {
    const prefix = value.slice(0, -1).toLowerCase();
    return (user) => texts(user, field).some((text) => text.toLowerCase().startsWith(prefix));
  }
  return (user) => texts(user, field).some(contains(value));
}

const flags: Record<string, string> = {
  isSuspended: 'suspended',
  isAdmin: 'isAdmin',
  isDelegatedAdmin: 'isDelegatedAdmin',
  isArchived: 'archived',
};
const textFields = ['name', 'email', 'givenName', 'familyName', 'orgUnitPath'];

function texts(user: StoredUser, field: string): string[] {
  const name = user.name as { givenName?: string; familyName?: string } | undefined;
  if (field === 'email') return [user.primaryEmail, ...(user.aliases ?? [])];
  if (field === 'givenName') return [name?.givenName ?? ''];
  if (field === 'familyName') return [name?.familyName ?? ''];
  if (field === 'name') return [`${name?.givenName ?? ''} ${name?.familyName ?? ''}`];
  if (field === 'orgUnitPath') return [String(user.orgUnitPath ?? '/')];
  const [schema = '', member = ''] = field.split('.');
  const value = user.customSchemas?.[schema]?.[member];
  const items = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return items.map((item) =>
    item !== null && typeof item === 'object' && !Array.isArray(item) ? String(item.value) : String(item),
  );
}

const contains = (part: string) => (text: string) => text.toLowerCase().includes(part.toLowerCase());
const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
