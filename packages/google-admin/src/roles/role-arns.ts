import { z } from 'zod';

export const adminRoleSchema = z
  .string()
  .regex(/^arn:aws:iam::\d{12}:role\/[a-zA-Z0-9_-]+$/, 'must look like arn:aws:iam::123456789012:role/NAME');

export const identityProviderSchema = z
  .string()
  .regex(
    /^arn:aws:iam::\d{12}:saml-provider\/[a-zA-Z0-9_-]+$/,
    'must look like arn:aws:iam::123456789012:saml-provider/NAME',
  );

export const accountIdSchema = z.string().regex(/^\d{12}$/, 'must be the 12 digits of an AWS account');

/** The account that an ARN of the two schemas above names. */
export function accountIdOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}
