// `npm run cost [-- --json]`: what an idle month of each environment costs, and what 1,000 approvals cost on top.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Testing } from 'cdktf';
import { assumedPerApproval } from './approval-quantities.ts';
import { type EnvironmentCost, formatCost } from './format-cost.ts';
import { listDeployments, loadDeployment } from './load-deployment.ts';
import { priceApprovals } from './price-approvals.ts';
import { priceIdleMonth, type Resources } from './price-idle-month.ts';
import { sumOf } from './price-line.ts';
import { priceList, prices } from './prices.ts';
import { createStack } from './synthesize.ts';

const approvals = 1000;

/** Of every environment there is, by what its stack would make. */
async function costEnvironments(): Promise<EnvironmentCost[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hitl-cost-'));
  const codeOf = (key: string) => ({ filename: `packages/${key}.zip`, hash: key });
  const costs: EnvironmentCost[] = [];
  try {
    for (const name of listDeployments()) {
      const deployment = await loadDeployment(name);
      if (deployment.kind !== 'environment') continue;
      const { stack } = createStack(folder, { name, deployment, codeOf });
      const { resource } = JSON.parse(Testing.synth(stack)) as { resource: Resources };
      costs.push({
        name,
        idleMonth: priceIdleMonth(resource),
        approvals: priceApprovals(approvals, { memoryMb: deployment.lambda_memory_size }).infrastructure,
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return costs.sort((one, other) => sumOf(one.idleMonth) - sumOf(other.idleMonth));
}

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
});
if (values.help) {
  process.stdout.write(
    'usage: npm run cost [-- --json]\n\nList prices of infra/src/prices.ts, before any free tier.\n',
  );
} else {
  const environments = await costEnvironments();
  const { model } = priceApprovals(approvals, { memoryMb: 0 });
  const report = { priceList, approvals, environments, model };
  const json = {
    region: priceList.region,
    checked_on: priceList.checkedOn,
    environments: environments.map(({ name, idleMonth, approvals: lines }) => ({
      environment: name,
      idle_month: { dollars: sumOf(idleMonth), lines: idleMonth },
      per_1000_approvals: { dollars: sumOf(lines), lines },
    })),
    model_per_1000_approvals: { dollars: sumOf(model), lines: model, assumed: assumedPerApproval },
    prices,
  };
  process.stdout.write(values.json ? `${JSON.stringify(json, null, 2)}\n` : formatCost(report));
}
