import { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy/index.js';
import { type ITerraformDependable, Lazy } from 'cdktf';
import { Construct } from 'constructs';
import { type PolicyStatement, writePolicy } from './write-policy.ts';

export interface RoleProps {
  readonly name: string;
  /** The AWS service that acts as this role, e.g. `lambda.amazonaws.com`. */
  readonly service: string;
  /** Conditions on who of that service may: against acting for somebody else's resource. */
  readonly trustCondition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** One role with one inline policy, which the owners of resources fill by their grant methods. */
export class Role extends Construct {
  readonly arn: string;
  readonly name: string;
  /** What has to wait until the grants are in force. */
  readonly policy: ITerraformDependable;
  readonly #statements: PolicyStatement[] = [];

  constructor(scope: Construct, id: string, props: RoleProps) {
    super(scope, id);
    const role = new IamRole(this, 'role', {
      name: props.name,
      assumeRolePolicy: writePolicy([
        {
          sid: 'Trust',
          actions: ['sts:AssumeRole'],
          principal: { Service: props.service },
          ...(props.trustCondition === undefined ? {} : { condition: props.trustCondition }),
        },
      ]),
    });
    this.arn = role.arn;
    this.name = props.name;
    this.policy = new IamRolePolicy(this, 'policy', {
      name: 'grants',
      role: role.id,
      // Grants come after the role: the text is written when the stack is.
      policy: Lazy.stringValue({ produce: () => writePolicy(this.#statements) }),
    });
  }

  allow(statement: PolicyStatement): void {
    this.#statements.push(statement);
  }
}
