import { reportError } from '../report-error.ts';
import { checkOtherAgent, checkSlack, checkWebhooks } from './check-channels.ts';
import { checkData, checkDirectory, checkModel, checkNode, checkPolicyFile } from './check-machine.ts';
import { checkRecord, checkService, checkTools } from './check-service.ts';
import type { Check, DiagnoseOptions, Diagnosis } from './diagnosis.ts';

const checks: readonly { name: string; check: Check; isLocal?: boolean }[] = [
  { name: 'node', check: checkNode },
  { name: 'data', check: checkData, isLocal: true },
  { name: 'policy', check: checkPolicyFile, isLocal: true },
  { name: 'people', check: checkDirectory, isLocal: true },
  { name: 'model', check: checkModel, isLocal: true },
  { name: 'slack', check: checkSlack, isLocal: true },
  { name: 'other agent', check: checkOtherAgent, isLocal: true },
  { name: 'webhooks', check: checkWebhooks, isLocal: true },
  { name: 'service', check: checkService },
];
/** Pointless without a service. */
const serviceChecks: readonly { name: string; check: Check }[] = [
  { name: 'tools', check: checkTools },
  { name: 'record', check: checkRecord },
];

/** Looks at everything that a first run needs, each check on its own: one that fails does not hide the others. */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis[]> {
  const findings: Diagnosis[] = [];
  const look = async (name: string, check: Check): Promise<void> => {
    try {
      findings.push(...(await check(options)));
    } catch (error) {
      findings.push({ name, state: 'failing', detail: reportError(error).detail });
    }
  };
  for (const { name, check, isLocal = false } of checks)
    if (!isLocal || !options.isDeployed) await look(name, check);
  const isServed = !findings.some(({ name, state }) => name === 'service' && state === 'failing');
  if (isServed) for (const { name, check } of serviceChecks) await look(name, check);
  return findings;
}
