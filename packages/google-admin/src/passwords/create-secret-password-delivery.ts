import { randomBytes } from 'node:crypto';
import type { PasswordDelivery } from './password-delivery.ts';

/** Where secrets are kept for people, e.g. AWS Secrets Manager. */
export interface SecretKeeper {
  /** Never overwrites. @throws HitlError when it was not stored */
  create(name: string, value: string): Promise<unknown>;
  /** At once; a secret that is not there is no error. */
  delete(name: string): Promise<unknown>;
}

/** One secret per account, named `PREFIX/ADDRESS-RANDOM`, that people with the right to read it fetch and then delete. */
export function createSecretPasswordDelivery(options: {
  readonly keeper: SecretKeeper;
  /** e.g. `agentcore-dev/initial-passwords` */
  readonly prefix: string;
}): PasswordDelivery {
  return {
    async deliver({ primary_email, password }) {
      // A deleted name stays taken for a while, so a second creation of the account needs one of its own.
      const suffix = randomBytes(4).toString('hex');
      const name = `${options.prefix}/${primary_email.replace(/[^a-zA-Z0-9@._+=-]/g, '_')}-${suffix}`;
      await options.keeper.create(name, JSON.stringify({ primary_email, password }));
      return {
        reference: `secret ${name}`,
        // What can't be deleted now is the password of no account: it must not hide why none was made.
        withdraw: async () => void (await options.keeper.delete(name).catch(() => undefined)),
      };
    },
  };
}
