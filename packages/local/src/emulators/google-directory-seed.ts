import type { CustomerData, DomainData, StoredUser } from './google-directory-store.ts';

export interface GoogleSeed {
  readonly customerId: string;
  readonly schemas: CustomerData['schemas'];
  readonly domains: readonly DomainData[];
}

/** The address whose admin rights the emulator's service account borrows. */
export const sampleAdmin = 'admin@example.com';

/** The schema that Google's preconfigured AWS app reads roles from. */
export const roleSchema = {
  schemaId: 'emulated-sso-schema',
  schemaName: 'SSO',
  displayName: 'Amazon',
  fields: [
    {
      fieldId: 'emulated-sso-role',
      fieldName: 'role',
      fieldType: 'STRING',
      multiValued: true,
      readAccessType: 'ADMINS_AND_SELF',
    },
  ],
};

/** A small company to try things on. */
export const sampleCompany: GoogleSeed = {
  customerId: 'C0emulated',
  schemas: [roleSchema],
  domains: [
    {
      domain: 'example.com',
      orgUnits: ['/', '/Engineering', '/Finance', '/Contractors'],
      users: [
        sampleUser(1, sampleAdmin, 'Ada', 'Admin', { isAdmin: true }),
        sampleUser(2, 'jane@example.com', 'Jane', 'Miller', { orgUnitPath: '/Engineering' }),
        sampleUser(3, 'john.doe@example.com', 'John', 'Doe'),
        sampleUser(4, 'jane.smith@example.com', 'Jane', 'Smith', {
          orgUnitPath: '/Engineering',
          aliases: ['jsmith@example.com'],
        }),
        sampleUser(5, 'user@example.com', 'Uma', 'User', {
          orgUnitPath: '/Finance',
          customSchemas: {
            SSO: {
              role: [roleEntry('987654321098', 'ReadOnly'), { value: 'reports-dashboard', type: 'work' }],
            },
          },
        }),
        sampleUser(6, 'left.company@example.com', 'Lee', 'Left', {
          orgUnitPath: '/Contractors',
          suspended: true,
          suspensionReason: 'ADMIN',
        }),
      ],
    },
  ],
};

function roleEntry(accountId: string, role: string) {
  const value = `arn:aws:iam::${accountId}:role/${role},arn:aws:iam::${accountId}:saml-provider/Google`;
  return { value, type: 'custom', customType: 'SSO' };
}

function sampleUser(
  number: number,
  primaryEmail: string,
  givenName: string,
  familyName: string,
  rest: Partial<StoredUser> = {},
): StoredUser {
  return {
    id: `1000000000000000000${String(number).padStart(2, '0')}`,
    primaryEmail,
    revision: 1,
    name: { givenName, familyName },
    creationTime: '2024-01-15T09:00:00.000Z',
    orgUnitPath: '/',
    suspended: false,
    archived: false,
    isAdmin: false,
    isDelegatedAdmin: false,
    ...rest,
  };
}
