export interface ShiftAliasesOptions {
  /** Of CodeDeploy; each function has a deployment group of its own name in it. */
  readonly app: string;
  /** The newest published version of each function. */
  readonly versions: Readonly<Record<string, string>>;
  /** Runs the AWS CLI and answers its standard output. @throws when it fails. */
  readonly aws: (args: readonly string[]) => string;
  readonly say: (line: string) => void;
}

const alias = 'live';

/**
 * Has CodeDeploy move the alias of every function that has a newer version, all at the same time, and waits for it.
 * @throws Error that names every function whose new version was taken back; the others are in service.
 */
export function shiftAliases({ app, versions, aws, say }: ShiftAliasesOptions): void {
  const started = Object.entries(versions).flatMap(([name, target]) => {
    const current = aws([
      'lambda',
      'get-alias',
      '--function-name',
      name,
      '--name',
      alias,
      '--query',
      'FunctionVersion',
      '--output',
      'text',
    ]);
    if (current === target) return [];
    say(`${name}: version ${current} → ${target}`);
    const id = aws([
      'deploy',
      'create-deployment',
      '--application-name',
      app,
      '--deployment-group-name',
      name,
      '--revision',
      JSON.stringify({
        revisionType: 'AppSpecContent',
        appSpecContent: { content: appSpec(name, current, target) },
      }),
      '--query',
      'deploymentId',
      '--output',
      'text',
    ]);
    return [{ name, id }];
  });
  const failed = started.filter(({ name, id }) => {
    try {
      aws(['deploy', 'wait', 'deployment-successful', '--deployment-id', id]);
      say(`${name}: in service`);
      return false;
    } catch (error) {
      say(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      return true;
    }
  });
  if (failed.length > 0) {
    throw new Error(`taken back: ${failed.map(({ name, id }) => `${name} (deployment ${id})`).join(', ')}`);
  }
}

function appSpec(name: string, current: string, target: string): string {
  return JSON.stringify({
    version: '0.0',
    Resources: [
      {
        [name]: {
          Type: 'AWS::Lambda::Function',
          Properties: { Name: name, Alias: alias, CurrentVersion: current, TargetVersion: target },
        },
      },
    ],
  });
}
