import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import dev from '../../environments/dev.ts';
import { customConstructs } from '../test/custom-sample.ts';
import { synthesizeStack } from '../test/read-stack.ts';
import { Role } from './constructs/role.ts';
import type { CustomConstruct } from './custom/custom-construct.ts';

const read = (path: string) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
const advanceOf = (stack: ReturnType<typeof synthesizeStack>) =>
  stack.one('aws_lambda_function', 'function_name', 'dev_advance');

describe("the README's sample of a custom construct", () => {
  const without = synthesizeStack('dev', dev);
  const withIt = synthesizeStack('dev', dev, { custom: customConstructs });

  it('is what is built here, word for word', () => {
    const [, sample] = /```ts\n(import \{ S3Bucket \}[\s\S]*?)```/.exec(read('../../README.md')) ?? [];
    const built = read('../test/custom-sample.ts').replace('../src/custom/', './');
    expect(sample).toBe(built);
    // The file whose place it takes says no more than that.
    const exported = (text: string) => [...text.matchAll(/^export .*?(?= = )/gm)].map(([line]) => line);
    expect(exported(built)).toEqual(exported(read('./custom/index.ts')));
  });

  it('adds a bucket with the prefix, and tells the function of it', () => {
    expect(withIt.all('aws_s3_bucket')).toMatchObject([{ bucket_prefix: 'dev-reports-' }]);
    expect(advanceOf(withIt).environment).toMatchObject({ variables: { REPORTS: 'dev' } });
  });

  it('changes nothing of the rest', () => {
    const added = [...withIt.resources.keys()].filter((id) => !without.resources.has(id));
    expect(added).toEqual(['aws_s3_bucket.reports']);
    const advance = advanceOf(without);
    for (const [id, resource] of without.resources)
      if (resource !== advance) expect(withIt.resources.get(id)).toEqual(resource);
  });
});

it('gives a custom construct its grants from the owners of what it uses', () => {
  const reader: CustomConstruct = ({ scope, parts, namePrefix }) => {
    const role = new Role(scope, 'reader', { name: `${namePrefix}-reader`, service: 'lambda.amazonaws.com' });
    parts.tables.grantRead(role, ['audit']);
  };
  const stack = synthesizeStack('dev', dev, { custom: [reader] });
  expect(stack.grantsOf('dev-reader')).toMatchObject([
    { Sid: 'ReadAudit', Action: expect.not.arrayContaining(['dynamodb:PutItem']) },
  ]);
});
