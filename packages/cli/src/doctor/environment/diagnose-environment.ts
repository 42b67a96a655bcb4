import type { Diagnosis } from '../diagnosis.ts';
import { checkApprovers, deployedPolicy } from './check-approvers.ts';
import { checkNotifications } from './check-notifications.ts';
import { checkPeople } from './check-people.ts';
import { checkSlackApp } from './check-slack-app.ts';
import { checkCopiedToken, checkInstallations } from './check-slack-installations.ts';
import { checkSlackWorker } from './check-slack-worker.ts';
import { checkMcpToken, checkToolSecrets } from './check-tool-secrets.ts';
import type { EnvironmentFacts } from './environment-facts.ts';
import { look } from './look.ts';

/**
 * Looks at what people put in by hand after a deployment. Nothing is changed, no value of a secret is told.
 * @throws InvalidInputError when there are no AWS credentials, or none that AWS takes
 */
export async function diagnoseEnvironment(
  facts: EnvironmentFacts,
  options: { readonly policyPath?: string | undefined } = {},
): Promise<Diagnosis[]> {
  const { policyPath: path } = options;
  const policy = path === undefined ? deployedPolicy(facts.environment) : { path, name: path };
  const found = await Promise.all([
    look('mcp', () => checkMcpToken(facts)),
    look('tools', () => checkToolSecrets(facts)),
    look('people', () => checkPeople(facts)),
    look('approvers', () => checkApprovers(facts, policy)),
    look('slack app', () => checkSlackApp(facts)),
    look('slack token', () => checkCopiedToken(facts)),
    look('slack installations', () => checkInstallations(facts)),
    look('slack worker', () => checkSlackWorker(facts)),
    look('notifications', () => checkNotifications(facts)),
  ]);
  return found.flat();
}
