import { NotFoundError, type SecretSource } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { type ContractSubject, openSubject } from './open-subject.ts';

const secrets = { SLACK_TOKEN: 'first-value', OTHER: 'line one\nline two ü' };

/** `create` receives the secrets that the source must hold. */
export function describeSecretSourceContract(
  name: string,
  create: (secrets: Readonly<Record<string, string>>) => Promise<ContractSubject<SecretSource>>,
): void {
  describe(`${name} keeps the SecretSource contract`, () => {
    const open = openSubject(() => create(secrets));

    it('gives the text of a secret, again and again', async () => {
      const { subject } = await open();
      expect(await subject.get('SLACK_TOKEN')).toBe(secrets.SLACK_TOKEN);
      expect(await subject.get('SLACK_TOKEN')).toBe(secrets.SLACK_TOKEN);
      expect(await subject.get('OTHER')).toBe(secrets.OTHER);
    });

    it('names what is missing and shows no other secret', async () => {
      const { subject } = await open();
      for (const missing of ['ABSENT', '__proto__', 'toString']) {
        const error = await subject.get(missing).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error).toBeInstanceOf(NotFoundError);
        expect((error as Error).message).toContain(missing);
        expect((error as Error).message).not.toContain(secrets.SLACK_TOKEN);
      }
    });
  });
}
