import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidInputError } from '@hitl/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import dev from '../../environments/dev.ts';
import { listDeployments, loadBootstrapOf, loadDeployment, parseDeployment } from './load-deployment.ts';

/** The message that a change of dev's data is refused with. */
function refusal(change: Record<string, unknown>): string {
  try {
    parseDeployment('dev', { ...dev, ...change });
  } catch (error) {
    if (error instanceof InvalidInputError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('an environment', () => {
  it('is one of the files', () => {
    expect(listDeployments()).toEqual(['bootstrap', 'dev', 'prod', 'staging']);
  });

  it.each(['bootstrap', 'dev', 'staging', 'prod'])('%s is loaded as its file has it', async (name) => {
    expect(await loadDeployment(name)).toMatchObject({ aws_region: 'us-east-1' });
  });

  it.each([undefined, ''])('that is not set (%p) is an error, never a default', async (name) => {
    await expect(loadDeployment(name)).rejects.toThrow(
      'environment is not set; it must be one of bootstrap, dev, prod, staging',
    );
  });

  it.each(['production', '../infra/src/main', 'Dev'])('that is unknown (%s) is an error', async (name) => {
    await expect(loadDeployment(name)).rejects.toThrow(/^environment ".*" is unknown; it must be one of/);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['an unknown field', { lambda_memory: 256 }, 'lambda_memory is unknown'],
    ['a secret', { slack_bot_token: 'x' }, 'slack_bot_token is unknown'],
    [
      'another name than the file',
      { environment: 'prod' },
      'environment must be "dev", as the file is called',
    ],
    ['a region that is none', { aws_region: 'frankfurt' }, 'aws_region must be an AWS region'],
    ['a short account', { aws_account_id: '123' }, 'aws_account_id must be the 12 digits'],
    ['a public network', { vpc_cidr: '8.8.0.0/16' }, 'vpc_cidr must be a private /16 network'],
    ['one zone', { availability_zones: ['us-east-1a'] }, 'availability_zones must name two zones or more'],
    [
      'a zone of another region',
      { availability_zones: ['us-east-1a', 'eu-west-1a'] },
      'availability_zones.1 must be a zone of us-east-1',
    ],
    [
      'the same zone twice',
      { availability_zones: ['us-east-1a', 'us-east-1a'] },
      'availability_zones.1 is named twice',
    ],
    ['too much time', { lambda_timeout: 901 }, 'lambda_timeout must be 900 seconds or less'],
    [
      'a retention that CloudWatch lacks',
      { log_retention_days: 15 },
      'log_retention_days must be one of 1, 3, 5, 7',
    ],
    ['an endless wait', { approval_timeout_seconds: 2_147_484 }, 'approval_timeout_seconds'],
    [
      'attached functions without a way out',
      { attach_functions_to_vpc: true },
      'nat_gateways must not be none where functions are attached',
    ],
    [
      'a gateway for nobody',
      { nat_gateways: 'single' },
      'nat_gateways must be none where no function is attached',
    ],
    [
      'half of an existing VPC',
      { use_existing_vpc: true, vpc_id: 'vpc-1' },
      'private_subnet_ids is required',
    ],
    ['a VPC id for a new VPC', { vpc_id: 'vpc-1' }, 'vpc_id must not be given with use_existing_vpc: false'],
    [
      'JWT without an issuer',
      { api_authorization: 'jwt' },
      'api_jwt is required with api_authorization: jwt',
    ],
    [
      'a guardrail that is switched off',
      { bedrock_guardrail_id: 'abc' },
      'bedrock_guardrail_id must not be given without enable_bedrock_guardrails',
    ],
    [
      'half of a guardrail',
      { enable_bedrock_guardrails: true, bedrock_guardrail_id: 'abc' },
      'bedrock_guardrail_version is required where a guardrail that exists is used',
    ],
    [
      'its own region as a replica',
      { replica_regions: ['us-east-1'] },
      'replica_regions.0 must be another region',
    ],
    [
      'a regional key for replicas',
      { replica_regions: ['us-west-2'], customer_managed_key: true },
      'customer_managed_key must be false with replica_regions',
    ],
    [
      'an AgentCore identity without its address',
      { agentcore_gateway_arn: 'arn:aws:bedrock-agentcore:us-east-1:111122223333:gateway/g-1' },
      'agentcore_gateway_url is required with agentcore_gateway_arn',
    ],
    [
      'something else than an AgentCore ARN',
      { agentcore_gateway_url: 'https://x.example', agentcore_gateway_arn: 'arn:aws:s3:::bucket' },
      'agentcore_gateway_arn must be the ARN of an AgentCore runtime or gateway',
    ],
    ['no word about its monitoring', { enhanced_monitoring: undefined }, 'enhanced_monitoring'],
    ['an AWS tag', { tags: { 'aws:x': 'y' } }, 'tags.aws:x'],
  ])('with %s is refused by field', (_what, change, message) => {
    expect(refusal(change)).toContain(message);
  });

  it('names its file and every wrong field at once', () => {
    expect(refusal({ lambda_timeout: 1, deployment: 'blue' })).toMatch(
      /^environments\/dev\.ts: .*lambda_timeout .*; deployment /,
    );
  });

  it.each([undefined, null, 'dev', []])('that exports %p is refused', (data) => {
    expect(() => parseDeployment('dev', data)).toThrow(InvalidInputError);
  });
});

describe('several environments', () => {
  const ireland = { aws_region: 'eu-west-1', availability_zones: ['eu-west-1a', 'eu-west-1b'] };
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hitl-environments-'));
    write('bootstrap', { kind: 'bootstrap', aws_region: 'us-east-1' });
    write('dev', dev);
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  function write(name: string, data: object) {
    writeFileSync(join(folder, `${name}.ts`), `export default ${JSON.stringify(data)};\n`);
  }

  it('have names of which none is the beginning of another: rights go by the beginning of names', async () => {
    write('dev-eu', { ...dev, ...ireland, environment: 'dev-eu' });
    for (const name of ['dev', 'dev-eu'])
      await expect(loadDeployment(name, folder)).rejects.toThrow(
        /^environment "dev-eu" begins with the name of "dev" and a dash/,
      );
  });

  it('may share an end, a beginning without a dash, or one with a bootstrap', async () => {
    write('eu-dev', { ...dev, ...ireland, environment: 'eu-dev' });
    write('devtest', { ...dev, environment: 'devtest' });
    write('dev-state', { kind: 'bootstrap', aws_region: 'eu-west-1' });
    for (const name of ['dev', 'eu-dev', 'devtest', 'dev-state'])
      expect(await loadDeployment(name, folder)).toMatchObject({ kind: expect.any(String) });
  });

  it('each have a bootstrap of their region', async () => {
    const load = async (change: object) => {
      const environment = parseDeployment('dev', { ...dev, ...change });
      if (environment.kind !== 'environment') throw new Error('dev is an environment');
      return loadBootstrapOf(environment, folder);
    };
    expect(await load({})).toMatchObject({ kind: 'bootstrap' });
    await expect(load({ bootstrap: 'nowhere' })).rejects.toThrow('bootstrap "nowhere" is no bootstrap');
    await expect(load({ bootstrap: 'dev' })).rejects.toThrow('bootstrap "dev" is no bootstrap');
    await expect(load(ireland)).rejects.toThrow(
      'bootstrap "bootstrap" is for us-east-1, and this environment in eu-west-1',
    );
  });
});
