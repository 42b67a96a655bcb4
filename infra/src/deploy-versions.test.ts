import { describe, expect, it } from '@jest/globals';
import { shiftAliases } from './deploy-versions.ts';

/** An AWS CLI that knows the version behind each alias. */
function createAws(aliases: Record<string, string>, failing: readonly string[] = []) {
  const calls: string[] = [];
  const aws = (args: readonly string[]): string => {
    calls.push(args.join(' '));
    const after = (option: string) => args[args.indexOf(option) + 1] ?? '';
    if (args[1] === 'get-alias') return aliases[after('--function-name')] ?? '';
    if (args[1] === 'create-deployment') return `d-${after('--deployment-group-name')}`;
    if (failing.includes(after('--deployment-id'))) throw new Error('aws deploy wait: Waiter failed');
    return '';
  };
  return { calls, aws };
}

describe('shifting the aliases', () => {
  it('leaves functions alone whose newest version is in service', () => {
    const { calls, aws } = createAws({ prod_api: '7' });
    shiftAliases({ app: 'prod-hitl', versions: { prod_api: '7' }, aws, say: () => {} });
    expect(calls.filter((call) => call.startsWith('deploy'))).toEqual([]);
  });

  it('starts a deployment for each changed function before it waits for any', () => {
    const { calls, aws } = createAws({ prod_api: '7', prod_advance: '3' });
    shiftAliases({ app: 'prod-hitl', versions: { prod_api: '8', prod_advance: '4' }, aws, say: () => {} });
    const deployments = calls.filter((call) => call.startsWith('deploy'));
    expect(deployments.map((call) => call.split(' ')[1])).toEqual([
      'create-deployment',
      'create-deployment',
      'wait',
      'wait',
    ]);
    const revision = JSON.parse(/--revision (\{.*\}) --query/.exec(deployments[0] ?? '')?.[1] ?? '');
    expect(JSON.parse(revision.appSpecContent.content).Resources).toEqual([
      {
        prod_api: {
          Type: 'AWS::Lambda::Function',
          Properties: { Name: 'prod_api', Alias: 'live', CurrentVersion: '7', TargetVersion: '8' },
        },
      },
    ]);
  });

  it('fails with the functions whose new version was taken back, after all have come to an end', () => {
    const { calls, aws } = createAws({ prod_api: '7', prod_advance: '3' }, ['d-prod_api']);
    const shift = () =>
      shiftAliases({ app: 'prod-hitl', versions: { prod_api: '8', prod_advance: '4' }, aws, say: () => {} });
    expect(shift).toThrow('taken back: prod_api (deployment d-prod_api)');
    expect(calls.filter((call) => call.includes('wait'))).toHaveLength(2);
  });
});
