import { createHash } from 'node:crypto';
import type { GoogleFaults } from './google-directory-faults.ts';
import { parseUserQuery } from './google-directory-query.ts';
import type { DirectoryStore, DomainData, StoredUser } from './google-directory-store.ts';
import { changedUser, newUser, type UserBody } from './google-directory-user-changes.ts';
import { GoogleError, invalidInput, notFound } from './google-error.ts';

export interface UserCalls {
  insert(body: UserBody): Record<string, unknown>;
  get(userKey: string, params: URLSearchParams): Record<string, unknown>;
  list(params: URLSearchParams): Record<string, unknown>;
  update(userKey: string, body: UserBody, method: 'PUT' | 'PATCH', ifMatch?: string): Record<string, unknown>;
  signOut(userKey: string): void;
  isAdmin(email: string): boolean;
}

/** The users collection over the store; every change is on disk before it is answered. */
export function createUserCalls(store: DirectoryStore, faults: GoogleFaults): UserCalls {
  const hidden = new Map<string, number>();

  const find = (userKey: string): { user: StoredUser; domain: DomainData } => {
    const key = userKey.toLowerCase();
    for (const domain of store.domains.values()) {
      const user = domain.users.find(
        (one) => one.id === key || one.primaryEmail === key || one.aliases?.includes(key),
      );
      if (user !== undefined) return { user, domain };
    }
    throw notFound('userKey');
  };
  const save = (domain: DomainData, user: StoredUser) =>
    store.saveDomain({
      ...domain,
      users: domain.users.some((one) => one.id === user.id)
        ? domain.users.map((one) => (one.id === user.id ? user : one))
        : [...domain.users, user],
    });
  const present = (user: StoredUser, fields: FieldSelection) =>
    presentUser(user, store.customer.customerId, fields);

  return {
    insert(body) {
      const email = typeof body.primaryEmail === 'string' ? body.primaryEmail.toLowerCase() : '';
      if (!/^[^@\s]+@[^@\s]+$/.test(email)) throw invalidInput('primary_user_email');
      const domain = store.domains.get(email.slice(email.indexOf('@') + 1));
      if (domain === undefined) throw new GoogleError(404, 'notFound', 'Domain not found.');
      const isTaken = domain.users.some((one) => one.primaryEmail === email || one.aliases?.includes(email));
      if (isTaken) throw new GoogleError(409, 'duplicate', 'Entity already exists.');
      const user = newUser(body, domain, store.customer);
      save(domain, user);
      if (faults.hiddenReadsAfterInsert > 0) hidden.set(user.id, faults.hiddenReadsAfterInsert);
      return present(user, fullFields);
    },
    get(userKey, params) {
      const { user } = find(userKey);
      const left = hidden.get(user.id) ?? 0;
      if (left > 0) {
        hidden.set(user.id, left - 1);
        throw notFound('userKey');
      }
      return present(user, selectionOf(params));
    },
    list(params) {
      const page = listPage(store, params);
      return {
        kind: 'admin#directory#users',
        etag: etagOf(page.users.map((user) => [user.id, user.revision])),
        ...(page.users.length === 0
          ? {}
          : { users: page.users.map((user) => present(user, selectionOf(params))) }),
        ...(page.nextPageToken === undefined ? {} : { nextPageToken: page.nextPageToken }),
      };
    },
    update(userKey, body, method, ifMatch) {
      const { user, domain } = find(userKey);
      if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf([user.id, user.revision]))
        throw new GoogleError(412, 'conditionNotMet', 'Precondition Failed');
      const next = changedUser(user, body, method, domain, store.customer);
      save(domain, next);
      return present(next, fullFields);
    },
    signOut(userKey) {
      const { user, domain } = find(userKey);
      save(domain, { ...user, sessionsEndedAt: new Date().toISOString() });
    },
    isAdmin(email) {
      try {
        const { user } = find(email);
        return user.isAdmin === true && user.suspended !== true;
      } catch {
        // Unknown means no.
        return false;
      }
    },
  };
}

function listPage(store: DirectoryStore, params: URLSearchParams) {
  const domainName = params.get('domain');
  const customer = params.get('customer');
  if (domainName === null && customer === null) throw new GoogleError(400, 'badRequest', 'Bad Request');
  if (customer !== null && customer !== 'my_customer' && customer !== store.customer.customerId)
    throw new GoogleError(404, 'notFound', 'Resource Not Found: customer');
  if (domainName !== null && !store.domains.has(domainName))
    throw new GoogleError(404, 'notFound', 'Domain not found.');
  const maxResults = Number(params.get('maxResults') ?? 100);
  if (!Number.isInteger(maxResults) || maxResults < 1 || maxResults > 500) throw invalidInput('maxResults');

  const domains = domainName === null ? [...store.domains.values()] : [store.domains.get(domainName)];
  const query = params.get('query');
  const matches = query === null || query === '' ? () => true : parseUserQuery(query);
  const isDescending = params.get('sortOrder') === 'DESCENDING';
  const all = domains
    .flatMap((domain) => domain?.users ?? [])
    .filter(matches)
    .sort((a, b) => (a.primaryEmail < b.primaryEmail ? -1 : 1) * (isDescending ? -1 : 1));

  // A token names the last address of its page and the list it belongs to, so that it can't be used on another list.
  const list = etagOf([domainName, customer, query, isDescending]);
  const after =
    params.get('pageToken') === null ? undefined : readPageToken(params.get('pageToken') ?? '', list);
  const start = after === undefined ? 0 : all.findIndex((user) => isAfter(user, after, isDescending));
  const users = start === -1 ? [] : all.slice(start, start + maxResults);
  const last = users.at(-1);
  const hasMore = start !== -1 && start + maxResults < all.length;
  return {
    users,
    nextPageToken:
      hasMore && last !== undefined
        ? Buffer.from(JSON.stringify([list, last.primaryEmail])).toString('base64url')
        : undefined,
  };
}

const isAfter = (user: StoredUser, email: string, isDescending: boolean) =>
  isDescending ? user.primaryEmail < email : user.primaryEmail > email;

function readPageToken(token: string, list: string): string {
  try {
    const [of, email] = JSON.parse(Buffer.from(token, 'base64url').toString()) as [string, string];
    if (of === list && typeof email === 'string') return email;
  } catch {
    // Falls through to the refusal: a token that does not parse is no token.
  }
  throw invalidInput('pageToken');
}

type FieldSelection = { readonly schemas: 'none' | 'all' | readonly string[] };
const fullFields: FieldSelection = { schemas: 'all' };

function selectionOf(params: URLSearchParams): FieldSelection {
  const projection = params.get('projection') ?? 'basic';
  if (projection === 'full') return fullFields;
  if (projection === 'basic') return { schemas: 'none' };
  const mask = params.get('customFieldMask');
  if (projection !== 'custom' || mask === null) throw invalidInput('projection');
  return { schemas: mask.split(',') };
}

function presentUser(user: StoredUser, customerId: string, fields: FieldSelection): Record<string, unknown> {
  const { revision, passwordHash: _password, sessionsEndedAt: _sessions, customSchemas, ...shown } = user;
  const name = user.name as { givenName?: string; familyName?: string };
  const schemas = Object.entries(customSchemas ?? {}).filter(
    ([schema]) => fields.schemas === 'all' || (fields.schemas !== 'none' && fields.schemas.includes(schema)),
  );
  return {
    kind: 'admin#directory#user',
    etag: etagOf([user.id, revision]),
    ...shown,
    name: { ...name, fullName: `${name.givenName ?? ''} ${name.familyName ?? ''}` },
    customerId,
    emails: [
      { address: user.primaryEmail, primary: true },
      ...(user.aliases ?? []).map((address) => ({ address })),
    ],
    isMailboxSetup: true,
    agreedToTerms: true,
    ...(schemas.length === 0 ? {} : { customSchemas: Object.fromEntries(schemas) }),
  };
}

const etagOf = (value: unknown) =>
  `"${createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 27)}"`;
