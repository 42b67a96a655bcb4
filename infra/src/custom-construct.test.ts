import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue/index.js';
import { describe, expect, it } from '@jest/globals';
import dev from '../../environments/dev.ts';
import { synthesizeStack } from '../test/read-stack.ts';
import { Role } from './constructs/role.ts';
import type { CustomConstruct } from './custom/custom-construct.ts';

/** An example of an addition: a queue and a role that may read the audit table. */
const addReports: CustomConstruct = ({ scope, parts, namePrefix }) => {
  new SqsQueue(scope, 'reports', { name: `${namePrefix}-reports`, sqsManagedSseEnabled: true });
  const reader = new Role(scope, 'reports-reader', {
    name: `${namePrefix}-reports-reader`,
    service: 'lambda.amazonaws.com',
  });
  parts.tables.grantRead(reader, ['audit']);
};

describe('a custom construct', () => {
  it('stands beside the rest, with the prefix, and gets its grants from the owners', () => {
    const stack = synthesizeStack('dev', dev, { custom: [addReports] });
    stack.one('aws_sqs_queue', 'name', 'dev-reports');
    expect(stack.grantsOf('dev-reports-reader')).toMatchObject([
      { Sid: 'ReadAudit', Action: expect.not.arrayContaining(['dynamodb:PutItem']) },
    ]);
  });

  it('changes nothing of the rest', () => {
    const without = synthesizeStack('dev', dev);
    const withIt = synthesizeStack('dev', dev, { custom: [addReports] });
    const added = [...withIt.resources.keys()].filter((id) => !without.resources.has(id));
    expect(added).toHaveLength(3);
    for (const [id, resource] of without.resources) expect(withIt.resources.get(id)).toEqual(resource);
  });
});
