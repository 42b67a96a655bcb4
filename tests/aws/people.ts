import { z } from 'zod';
import { createEngineer, type Engineer } from './engineer.ts';
import type { World } from './open-world.ts';

const keySchema = z.object({
  AccessKey: z.object({ AccessKeyId: z.string(), SecretAccessKey: z.string() }),
});
const userSchema = z.object({ User: z.object({ Arn: z.string(), UserId: z.string() }) });

/** An IAM user with a key of their own, as the account's administrator makes one. */
export async function hire(
  world: World,
  administrator: Engineer,
  name: string,
): Promise<Engineer & { arn: string }> {
  const { User } = userSchema.parse(await administrator.aws('iam', 'create-user', '--user-name', name));
  const { AccessKey } = keySchema.parse(
    await administrator.aws('iam', 'create-access-key', '--user-name', name),
  );
  const key = { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
  world.aws.addCaller({ ...key, userArn: User.Arn, userId: User.UserId });
  return { ...createEngineer(world, key), arn: User.Arn };
}
