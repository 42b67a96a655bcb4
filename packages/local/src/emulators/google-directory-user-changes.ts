import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { CustomerData, DomainData, StoredUser } from './google-directory-store.ts';
import { GoogleError, invalidInput } from './google-error.ts';

const nameSchema = z.looseObject({
  givenName: z.string().min(1).max(60).optional(),
  familyName: z.string().min(1).max(60).optional(),
});

/** Members that a caller may set; everything else in a body is ignored, as Google ignores output-only members. */
const writable = [
  'archived',
  'changePasswordAtNextLogin',
  'emails',
  'externalIds',
  'includeInGlobalAddressList',
  'name',
  'orgUnitPath',
  'organizations',
  'phones',
  'recoveryEmail',
  'suspended',
] as const;

export type UserBody = Record<string, unknown>;

/** A new user from the body of users.insert. */
export function newUser(body: UserBody, domain: DomainData, customer: CustomerData): StoredUser {
  const name = nameSchema.safeParse(body.name).data;
  if (name?.givenName === undefined)
    throw new GoogleError(400, 'invalid', 'Invalid Given/Family Name: GivenName');
  if (name.familyName === undefined)
    throw new GoogleError(400, 'invalid', 'Invalid Given/Family Name: FamilyName');
  const user: StoredUser = {
    id: `1${Array.from(randomBytes(20), (byte) => byte % 10).join('')}`,
    primaryEmail: String(body.primaryEmail).toLowerCase(),
    revision: 0,
    creationTime: new Date().toISOString(),
    orgUnitPath: '/',
    suspended: false,
    archived: false,
    isAdmin: false,
    isDelegatedAdmin: false,
  };
  if (body.password === undefined) throw new GoogleError(400, 'invalid', 'Invalid Password');
  return changedUser(user, body, 'PUT', domain, customer);
}

/**
 * Applies an update. Members that the body leaves out are kept, `null` clears. Repeated members are replaced by PUT; PATCH
 * can't clear them: an empty list in a PATCH is taken as nothing said.
 */
export function changedUser(
  user: StoredUser,
  body: UserBody,
  method: 'PUT' | 'PATCH',
  domain: DomainData,
  customer: CustomerData,
): StoredUser {
  const next: StoredUser = { ...user, revision: user.revision + 1 };
  for (const member of writable) {
    const value = body[member];
    if (value === undefined || (method === 'PATCH' && isEmptyList(value))) continue;
    if (value === null) delete next[member];
    else next[member] = member === 'name' ? { ...(user.name as object), ...nameSchema.parse(value) } : value;
  }
  if (!domain.orgUnits.includes(String(next.orgUnitPath))) throw invalidInput('INVALID_OU_ID');
  if (next.suspended === true) next.suspensionReason ??= 'ADMIN';
  else delete next.suspensionReason;
  if (body.password !== undefined) next.passwordHash = hashPassword(body.password, body.hashFunction);
  if (typeof body.primaryEmail === 'string' && body.primaryEmail.toLowerCase() !== user.primaryEmail) {
    next.primaryEmail = body.primaryEmail.toLowerCase();
    next.aliases = [...(user.aliases ?? []), user.primaryEmail];
  }
  if (body.customSchemas !== undefined)
    next.customSchemas = changedCustomSchemas(user.customSchemas ?? {}, body.customSchemas, method, customer);
  return next;
}

type CustomSchemas = NonNullable<StoredUser['customSchemas']>;
const customBodySchema = z.record(z.string(), z.record(z.string(), z.json()).nullable()).nullable();

function changedCustomSchemas(
  before: CustomSchemas,
  body: unknown,
  method: 'PUT' | 'PATCH',
  customer: CustomerData,
): CustomSchemas {
  const parsed = customBodySchema.safeParse(body);
  if (!parsed.success) throw invalidInput('customSchemas');
  if (parsed.data === null) return {};
  const next: CustomSchemas = { ...before };
  for (const [schemaName, fields] of Object.entries(parsed.data)) {
    const schema = customer.schemas.find((known) => known.schemaName === schemaName);
    if (schema === undefined) throw invalidInput(`customSchemas.${schemaName}`);
    const members = { ...next[schemaName] };
    if (fields === null) for (const key of Object.keys(members)) delete members[key];
    for (const [fieldName, value] of Object.entries(fields ?? {})) {
      const field = schema.fields.find((known) => known.fieldName === fieldName);
      if (field === undefined) throw invalidInput(`customSchemas.${schemaName}.${fieldName}`);
      if (method === 'PATCH' && isEmptyList(value)) continue;
      if (value === null || isEmptyList(value)) delete members[fieldName];
      else if (field.multiValued === true)
        members[fieldName] = checkValues(value, `${schemaName}.${fieldName}`);
      else members[fieldName] = value;
    }
    if (Object.keys(members).length === 0) delete next[schemaName];
    else next[schemaName] = members;
  }
  return next;
}

const valuesSchema = z.array(
  z.looseObject({
    value: z.union([z.string(), z.number(), z.boolean()]),
    type: z.enum(['custom', 'home', 'other', 'work']).optional(),
    customType: z.string().optional(),
  }),
);

function checkValues(value: unknown, path: string): z.core.util.JSONType {
  const parsed = valuesSchema.safeParse(value);
  const isNamed = parsed.data?.every((item) => item.type !== 'custom' || (item.customType ?? '') !== '');
  if (!parsed.success || isNamed !== true) throw invalidInput(`customSchemas.${path}`);
  return parsed.data as z.core.util.JSONType;
}

function hashPassword(password: unknown, hashFunction: unknown): string {
  const text = typeof password === 'string' ? password : '';
  if (hashFunction === undefined && (text.length < 8 || text.length > 100))
    throw new GoogleError(400, 'invalid', 'Invalid Password');
  const salt = randomBytes(8).toString('hex');
  return `${salt}:${createHash('sha256').update(`${salt}${text}`).digest('hex')}`;
}

const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0;
