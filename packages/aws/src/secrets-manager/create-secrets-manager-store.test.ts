import { ConflictError, NotFoundError, UnavailableError } from '@hitl/core';
import { afterEach, describe, expect, it } from '@jest/globals';
import { localCredentials, ServiceFault, startJsonService } from '../../test/start-json-service.ts';
import { costTags } from '../cost-tags.ts';
import { createSecretsManagerClient } from './create-secrets-manager-client.ts';
import { createSecretsManagerStore } from './create-secrets-manager-store.ts';

/** Keeps secrets as Secrets Manager does, one that is being deleted included. */
async function open() {
  const secrets = new Map<string, string>();
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
  const client = createSecretsManagerClient({
    region: 'eu-central-1',
    endpoint: service.endpoint,
    credentials: localCredentials,
    maxAttempts: 1,
  });
  return {
    store: createSecretsManagerStore({ client }),
    tagging: createSecretsManagerStore({
      client,
      tags: costTags({ environment: 'dev', costCenter: 'platform' }),
    }),
    tagged,
    secrets,
    dying,
    fail(type: string) {
      fault = type;
    },
    async close() {
      client.destroy();
      await service.close();
    },
  };
}

describe('secrets that the system writes', () => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });
  async function opened() {
    const world = await open();
    closers.push(world.close);
    return world;
  }

  it('are made at the first write and replaced at the next', async () => {
    const { store } = await opened();
    await store.put('agentcore-dev/slack/T1', 'one');
    expect(await store.get('agentcore-dev/slack/T1')).toBe('one');
    await store.put('agentcore-dev/slack/T1', 'two');
    expect(await store.get('agentcore-dev/slack/T1')).toBe('two');
  });

  it('bear the tags of the environment where they are made, and ask for no right to tag without any', async () => {
    const { store, tagging, tagged } = await opened();
    await tagging.put('p', 'first');
    await tagging.put('p', 'second');
    await tagging.create('q', 'first');
    await store.create('r', 'first');
    const tags = [
      { Key: 'project', Value: 'hitl-mcp' },
      { Key: 'environment', Value: 'dev' },
      { Key: 'cost_center', Value: 'platform' },
    ];
    expect([...tagged]).toEqual([
      ['p', tags],
      ['q', tags],
      ['r', undefined],
    ]);
  });

  it('are created once: a second creation changes nothing', async () => {
    const { store, secrets } = await opened();
    await store.create('p', 'first');
    await expect(store.create('p', 'second')).rejects.toThrow(ConflictError);
    expect(secrets.get('p')).toBe('first');
  });

  it('are gone once deleted, and deleting again is no error', async () => {
    const { store } = await opened();
    await store.create('p', 'first');
    await store.delete('p');
    await store.delete('p');
    await expect(store.get('p')).rejects.toThrow(NotFoundError);
  });

  it('are neither there nor writable while they are being deleted', async () => {
    const { store, dying } = await opened();
    dying.add('p');
    await expect(store.get('p')).rejects.toThrow(NotFoundError);
    await expect(store.create('p', 'x')).rejects.toThrow(ConflictError);
    await expect(store.put('p', 'x')).rejects.toThrow('is being deleted');
  });

  it('stay out of what is thrown when the service refuses', async () => {
    const { store, fail } = await opened();
    fail('AccessDeniedException');
    for (const call of [
      store.get('p'),
      store.put('p', 'hidden'),
      store.create('p', 'hidden'),
      store.delete('p'),
    ]) {
      const error = await call.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(UnavailableError);
      expect(String(error)).not.toMatch(/hidden|words of the service/);
    }
  });
});
