import { randomBytes } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PasswordDelivery } from './password-delivery.ts';

/** One file per account in `directory`, readable by this process's user only: for local use. */
export function createFilePasswordDelivery(directory: string): PasswordDelivery {
  return {
    async deliver({ primary_email, password }) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const name = `${primary_email.replace(/[^a-zA-Z0-9@._-]/g, '_')}-${randomBytes(4).toString('hex')}.json`;
      const path = join(directory, name);
      // `wx`: never follow or overwrite what somebody put there.
      const file = await open(path, 'wx', 0o600);
      try {
        await file.writeFile(`${JSON.stringify({ primary_email, password }, null, 2)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      return { reference: path, withdraw: () => rm(path, { force: true }) };
    },
  };
}
