import { ConflictError, UnavailableError } from '@hitl/core';
import { describeSecretSourceContract } from '@hitl/testing/contracts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { localCredentials, ServiceFault, startJsonService } from '../../test/start-json-service.ts';
import { costTags } from '../cost-tags.ts';
import { createLightClient } from './create-light-client.ts';
import { createLightSecretStore } from './light-secret-store.ts';

/** Keeps secrets as Secrets Manager does, one that is being deleted included. */
async function open(initial: Readonly<Record<string, string>> = {}) {
  const secrets = new Map(Object.entries(initial));
  const tagged = new Map<string, unknown>();
  const dying = new Set<string>();
  let fault: string | undefined;
  const check = (name: unknown): string => {
    if (fault !== undefined) throw new ServiceFault(fault);
    if (dying.has(String(name))) throw new ServiceFault('InvalidRequestException');
    return String(name);
  };
  const known = (id: unknown): string => {
    const name = check(id);
    if (!secrets.has(name)) throw new ServiceFault('ResourceNotFoundException');
    return name;
  };
  const service = await startJsonService({
    GetSecretValue: ({ SecretId }) => ({ SecretString: secrets.get(known(SecretId)) }),
    CreateSecret({ Name, SecretString, ClientRequestToken, Tags }) {
      if (String(ClientRequestToken).length < 32) throw new ServiceFault('InvalidParameterException');
      if (secrets.has(check(Name))) throw new ServiceFault('ResourceExistsException');
      secrets.set(String(Name), String(SecretString));
      tagged.set(String(Name), Tags);
      return {};
    },
    PutSecretValue({ SecretId, SecretString }) {
      secrets.set(known(SecretId), String(SecretString));
      return {};
    },
    DeleteSecret({ SecretId, ForceDeleteWithoutRecovery }) {
      if (ForceDeleteWithoutRecovery === true) secrets.delete(known(SecretId));
      return {};
    },
  });
  const client = createLightClient({
    region: 'eu-central-1',
    endpoint: service.endpoint,
    credentials: localCredentials,
    wait: async () => undefined,
  });
  return {
    subject: createLightSecretStore(client, { tags: costTags({ environment: 'dev' }) }),
    tagged,
    secrets,
    dying,
    fail: (type: string) => {
      fault = type;
    },
    close: () => service.close(),
  };
}

describeSecretSourceContract('createLightSecretStore', open);

describe('the light secret store', () => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  it('tags what it makes with the environment, and with a cost centre only where one is known', async () => {
    const { subject, tagged, close } = await open();
    closers.push(close);
    await subject.put('a/T1', 'one');
    await subject.put('a/T1', 'two');
    expect([...tagged]).toEqual([
      [
        'a/T1',
        [
          { Key: 'project', Value: 'hitl-mcp' },
          { Key: 'environment', Value: 'dev' },
        ],
      ],
    ]);
  });

  it('makes, replaces and deletes', async () => {
    const { subject, secrets, close } = await open();
    closers.push(close);
    await subject.put('a/T1', 'one');
    await subject.put('a/T1', 'two');
    expect(await subject.get('a/T1')).toBe('two');
    await subject.delete('a/T1');
    await subject.delete('a/T1');
    expect(secrets.size).toBe(0);
  });

  it('says when a secret is being deleted, and shows no value and none of the service’s words', async () => {
    const { subject, dying, fail, close } = await open();
    closers.push(close);
    dying.add('a');
    await expect(subject.put('a', 'the-value')).rejects.toBeInstanceOf(ConflictError);
    fail('AccessDeniedException');
    const error = await subject.put('b', 'the-value').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(`${String(error)} ${String((error as Error).cause)}`).not.toMatch(
      /the-value|words of the service/,
    );
  });
});
