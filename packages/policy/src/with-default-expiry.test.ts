import { describe, expect, it } from '@jest/globals';
import { parsePolicy } from './parse-policy.ts';
import { compilePolicy } from './policy-engine.ts';
import { withDefaultExpiry } from './with-default-expiry.ts';

const policyOf = (defaults: string, rule: string) =>
  parsePolicy(
    `version: 1\ndefault: deny\n${defaults}rules:\n  - { id: ask, effect: approval, when: { tools: ["a/b"] }${rule} }\n`,
    'policy.yaml',
  );
const request = {
  principal: { id: 'ada', kind: 'user', groups: [], assurance: 'authenticated' },
  call: { server: 'a', tool: 'b', arguments: {} },
  environment: 'prod',
  nowMs: 0,
} as const;
const expiryOf = (document: ReturnType<typeof policyOf>) =>
  compilePolicy(document).decide(request as never).requirement?.expires_in_seconds;

describe('the expiry of an environment', () => {
  it('counts where the policy says nothing, after its defaults and its rules', () => {
    expect(expiryOf(policyOf('', ''))).toBe(86_400);
    expect(expiryOf(withDefaultExpiry(policyOf('', ''), 14_400))).toBe(14_400);
    const byDefault = policyOf('default_approval: { expires_in_seconds: 600 }\n', '');
    expect(expiryOf(withDefaultExpiry(byDefault, 14_400))).toBe(600);
    const byRule = policyOf('', ', approval: { expires_in_seconds: 60 }');
    expect(expiryOf(withDefaultExpiry(byRule, 14_400))).toBe(60);
  });

  it('keeps whatever else the defaults are, and shows in the digest', () => {
    const document = policyOf('default_approval: { assurance: mfa }\n', '');
    const changed = withDefaultExpiry(document, 14_400);
    expect(compilePolicy(changed).decide(request as never).requirement).toMatchObject({
      assurance: 'mfa',
      expires_in_seconds: 14_400,
    });
    const digests = [document, changed, withDefaultExpiry(document, 600)].map(
      (each) => compilePolicy(each).digest,
    );
    expect(new Set(digests).size).toBe(3);
  });
});
