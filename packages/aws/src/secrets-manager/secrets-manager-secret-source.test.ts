import { UnavailableError } from '@hitl/core';
import { createFakeClock } from '@hitl/testing';
import { describeSecretSourceContract } from '@hitl/testing/contracts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { localCredentials, ServiceFault, startJsonService } from '../../test/start-json-service.ts';
import { createSecretsManagerClient } from './create-secrets-manager-client.ts';
import { createSecretsManagerSecretSource } from './secrets-manager-secret-source.ts';

async function openSource(secrets: Map<string, string>, fault: () => string | undefined = () => undefined) {
  const service = await startJsonService({
    GetSecretValue({ SecretId }) {
      const type = fault();
      if (type !== undefined) throw new ServiceFault(type);
      const SecretString = secrets.get(String(SecretId));
      if (SecretString === undefined) throw new ServiceFault('ResourceNotFoundException');
      return { Name: SecretId, SecretString };
    },
  });
  const client = createSecretsManagerClient({
    region: 'eu-central-1',
    endpoint: service.endpoint,
    credentials: localCredentials,
    maxAttempts: 1,
  });
  const clock = createFakeClock();
  return {
    subject: createSecretsManagerSecretSource({ client, clock }),
    clock,
    calls: service.calls,
    async close() {
      client.destroy();
      await service.close();
    },
  };
}

describeSecretSourceContract('createSecretsManagerSecretSource', (secrets) =>
  openSource(new Map(Object.entries(secrets))),
);

describe('secrets from Secrets Manager', () => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });
  async function open(...args: Parameters<typeof openSource>) {
    const source = await openSource(...args);
    closers.push(source.close);
    return source;
  }

  it('are read once for callers at the same time, and anew after five minutes', async () => {
    const secrets = new Map([['slack', 'one']]);
    const { subject, clock, calls } = await open(secrets);
    expect(await Promise.all([subject.get('slack'), subject.get('slack')])).toEqual(['one', 'one']);
    secrets.set('slack', 'two');
    clock.advance(299_999);
    expect(await subject.get('slack')).toBe('one');
    expect(calls).toHaveLength(1);
    clock.advance(1);
    expect(await subject.get('slack')).toBe('two');
  });

  it('are asked for again after a failure, which shows nothing of the service’s words', async () => {
    let type: string | undefined = 'InternalServiceError';
    const { subject } = await open(new Map([['slack', 'one']]), () => type);
    const error = await subject.get('slack').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnavailableError);
    expect((error as Error).message).toBe('reading a secret is not possible now (InternalServiceError)');
    type = undefined;
    expect(await subject.get('slack')).toBe('one');
  });
});
