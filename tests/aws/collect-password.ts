import { z } from 'zod';
import type { Engineer } from './engineer.ts';

const secretsSchema = z.object({ SecretList: z.array(z.object({ Name: z.string() })) });
const valueSchema = z.object({ SecretString: z.string() });

/** The first password of a new account, read by who hands it over; the secret is deleted then. @throws unless there is exactly one */
export async function collectPassword(administrator: Engineer, email: string): Promise<string> {
  const { SecretList } = secretsSchema.parse(
    await administrator.aws(
      ...['secretsmanager', 'list-secrets'],
      ...['--filters', `Key=name,Values=agentcore-dev/initial-passwords/${email}-`],
    ),
  );
  const [found, ...more] = SecretList;
  if (found === undefined || more.length > 0)
    throw new Error(`${SecretList.length} passwords of ${email} were handed over`);
  const named = ['--secret-id', found.Name];
  const { SecretString } = valueSchema.parse(
    await administrator.aws('secretsmanager', 'get-secret-value', ...named),
  );
  await administrator.aws('secretsmanager', 'delete-secret', ...named, '--force-delete-without-recovery');
  return SecretString;
}
