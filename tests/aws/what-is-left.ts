import type { World } from './open-world.ts';

/** Kept by AWS after a destroy, or made by the test's own people. */
const notOurs = /^(iam\.(User|AccessKey)|sts\.|ec2\.(?!VPC$))/;

/** Every resource of the account that names the prefix, by what moto holds. */
export async function whatIsLeft(world: World, prefix: RegExp): Promise<string[]> {
  const answer = await fetch(`http://127.0.0.1:${world.aws.motoPort}/moto-api/data.json`);
  const data = (await answer.json()) as Record<string, Record<string, Record<string, unknown>[]>>;
  return Object.entries(data).flatMap(([service, models]) =>
    Object.entries(models).flatMap(([model, instances]) =>
      instances.flatMap((instance) => {
        const kind = `${service}.${model}`;
        const name = ['name', 'function_name', 'bucket_name', 'arn', 'id']
          .map((key) => instance[key])
          .find((value) => typeof value === 'string' && prefix.test(value));
        return name === undefined || notOurs.test(kind) ? [] : [`${kind} ${String(name)}`];
      }),
    ),
  );
}
