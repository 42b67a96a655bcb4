import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type RoleEntry, readRole, withoutRoles, withRole } from './role-entries.ts';

const account = fc.constantFrom('111111111111', '222222222222');
const name = fc.constantFrom('A', 'B', 'path/C');
const pair = fc.record({ account, name, provider: fc.constantFrom('P', 'Q') }).map((one) => ({
  admin_role: `arn:aws:iam::${one.account}:role/${one.name}`,
  identity_provider: `arn:aws:iam::${one.account}:saml-provider/${one.provider}`,
}));
const roleEntry = fc.tuple(pair, fc.boolean(), fc.constantFrom('SSO', 'AWS')).map(
  ([{ admin_role: a, identity_provider: b }, isSwapped, customType]): RoleEntry => ({
    value: isSwapped ? `${b},${a}` : `${a},${b}`,
    type: 'custom',
    customType,
  }),
);
const otherEntry = fc.oneof(
  fc.string().map((value): RoleEntry => ({ value, type: 'work' })),
  fc.constant<RoleEntry>({ value: 'arn:aws:iam::111111111111:role/A' }),
  fc.constant<RoleEntry>('bare'),
);
const entries = fc.array(fc.oneof(roleEntry, otherEntry), { maxLength: 8 });

describe('changing the array of roles', () => {
  it('adding keeps every entry in place and is done after one time', () => {
    fc.assert(
      fc.property(entries, pair, (before, role) => {
        const after = withRole(before, role, 'SSO');
        expect(after.slice(0, before.length)).toEqual(before);
        expect(after.length - before.length).toBeLessThanOrEqual(1);
        expect(after.map(readRole)).toContainEqual(expect.objectContaining(role));
        expect(withRole(after, role, 'SSO')).toBe(after);
      }),
    );
  });

  it('removing leaves exactly the entries that do not match, in order, and is done after one time', () => {
    fc.assert(
      fc.property(entries, account, (before, account_id) => {
        const after = withoutRoles(before, { account_id });
        expect(after).toEqual(before.filter((entry) => readRole(entry)?.account_id !== account_id));
        expect(withoutRoles(after, { account_id })).toBe(after);
      }),
    );
  });

  it('adding then removing a role that was not there gives the entries back', () => {
    fc.assert(
      fc.property(entries, pair, (before, role) => {
        fc.pre(before.every((entry) => readRole(entry)?.admin_role !== role.admin_role));
        expect(withoutRoles(withRole(before, role, 'SSO'), role)).toEqual(before);
      }),
    );
  });
});
