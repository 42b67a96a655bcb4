export interface PolicyStatement {
  /** What the statement is for, in letters and digits; unique in its policy. */
  readonly sid: string;
  readonly effect?: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  /** Whole families of actions, e.g. `dynamodb:Describe*`. For whoever deploys alone: what a provider calls changes with its versions. */
  readonly patterns?: readonly string[];
  /** Left out in trust policies only. */
  readonly resources?: readonly string[];
  /** Instead of `resources`, in refusals only: everything but these. */
  readonly notResources?: readonly string[];
  readonly principal?: '*' | Readonly<Record<string, string>>;
  readonly condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** An IAM policy as text. @throws Error when an action is a pattern: every action is listed by name. */
export function writePolicy(statements: readonly PolicyStatement[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((statement) => {
      const { sid, effect = 'Allow', actions, patterns = [], resources } = statement;
      const { notResources, principal, condition } = statement;
      const pattern = actions.find((action) => action.includes('*'));
      // A refusal may be as wide as it likes.
      if (pattern !== undefined && effect === 'Allow') {
        throw new Error(`policy statement ${sid}: the action "${pattern}" must be listed by name`);
      }
      if (notResources !== undefined && effect === 'Allow') {
        throw new Error(`policy statement ${sid}: what is allowed must be listed, not what is not`);
      }
      return {
        Sid: sid,
        Effect: effect,
        ...(principal === undefined ? {} : { Principal: principal }),
        Action: [...actions, ...patterns],
        ...(resources === undefined ? {} : { Resource: resources }),
        ...(notResources === undefined ? {} : { NotResource: notResources }),
        ...(condition === undefined ? {} : { Condition: condition }),
      };
    }),
  });
}
