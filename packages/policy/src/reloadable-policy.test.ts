import { describe, expect, it } from '@jest/globals';
import { buildEngine, buildRequest } from '../test/build-request.ts';
import { createReloadablePolicy } from './index.ts';

const rules = (effect: string) =>
  `version: 1\ndefault: deny\nrules:\n  - { id: r, effect: ${effect}, when: { tools: "*" } }`;

describe('reloading a policy', () => {
  it('puts the new rules in force at once, for those who ask from then on', () => {
    const policy = createReloadablePolicy(buildEngine('  - { id: r, effect: deny, when: { tools: "*" } }'));
    const old = policy.current();
    expect(policy.reload(rules('deny'), 'p.yaml')).toMatchObject({ is_loaded: true, is_changed: false });
    expect(policy.reload(rules('allow'), 'p.yaml')).toMatchObject({ is_loaded: true, is_changed: true });
    expect(policy.current().decide(buildRequest()).effect).toBe('allow');
    expect(old.decide(buildRequest()).effect).toBe('deny');
  });

  it('keeps the old rules and says why when the new ones are wrong', () => {
    const engine = buildEngine('  - { id: r, effect: deny, when: { tools: "*" } }');
    const policy = createReloadablePolicy(engine);
    const result = policy.reload(rules('alow'), 'p.yaml');
    expect(result).toMatchObject({ is_loaded: false, digest: engine.digest });
    expect(String(result.is_loaded ? '' : result.error.message)).toMatch(
      /^p\.yaml:4:14: rules\[0\]\.effect: .*"allow"/,
    );
    expect(policy.current()).toBe(engine);
  });
});
