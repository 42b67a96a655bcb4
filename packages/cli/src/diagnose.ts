import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { HitlError, InvalidInputError } from '@hitl/core';
import { checkPolicy, compilePolicy, defaultPolicyPath, parsePolicy } from '@hitl/policy';
import { z } from 'zod';
import type { ApiClient } from './api-client.ts';
import { renderReport, verifyReportSchema } from './commands/audit.ts';

export interface Diagnosis {
  readonly name: string;
  readonly state: 'ok' | 'note' | 'failing';
  readonly detail: string;
  /** What to do about it. */
  readonly remedy?: string;
}

interface DiagnoseOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly dataDir: string;
  readonly api: () => Promise<ApiClient>;
}

const healthSchema = z.object({
  status: z.string(),
  version: z.string(),
  checks: z.record(z.string(), z.string()),
});
const toolsSchema = z.object({
  items: z.array(z.looseObject({ name: z.string(), status: z.string() })),
  unavailable: z.array(z.object({ server: z.string(), reason: z.string() })),
  dropped: z.array(z.object({ server: z.string(), tool: z.string(), reason: z.string() })),
});

/** Looks at everything that a first run needs, each check on its own: one that fails does not hide the others. */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis[]> {
  const findings: Diagnosis[] = [];
  for (const check of [
    checkNode,
    checkDataDir,
    checkPolicyFile,
    checkModel,
    checkService,
    checkTools,
    checkRecord,
  ]) {
    try {
      findings.push(...(await check(options)));
    } catch (error) {
      const detail = error instanceof HitlError ? error.message : 'could not be checked';
      findings.push({ name: check.name.replace('check', '').toLowerCase(), state: 'failing', detail });
    }
  }
  return findings;
}

async function checkNode(): Promise<Diagnosis[]> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isRight = major > 22 || (major === 22 && minor >= 18);
  return [
    {
      name: 'node',
      state: isRight ? 'ok' : 'failing',
      detail: process.versions.node,
      ...(isRight ? {} : { remedy: 'start through npm or npx: they bring the right version' }),
    },
  ];
}

async function checkDataDir({ dataDir }: DiagnoseOptions): Promise<Diagnosis[]> {
  const found = await stat(dataDir).catch(() => undefined);
  if (found === undefined)
    return [{ name: 'data', state: 'ok', detail: `${dataDir} will be made at the first start` }];
  await access(dataDir, constants.W_OK).catch((cause: unknown) => {
    throw new InvalidInputError(`${dataDir} can't be written: set DATA_DIR to a folder of yours`, { cause });
  });
  const isPrivate = (found.mode & 0o077) === 0;
  return [
    {
      name: 'data',
      state: isPrivate ? 'ok' : 'failing',
      detail: isPrivate ? dataDir : `${dataDir} can be read by other users of this machine`,
      ...(isPrivate ? {} : { remedy: `chmod 700 ${dataDir}` }),
    },
  ];
}

async function checkPolicyFile({ env }: DiagnoseOptions): Promise<Diagnosis[]> {
  const path = env.POLICY_PATH ?? defaultPolicyPath;
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new InvalidInputError(`POLICY_PATH: ${path} can't be read`, { cause });
  });
  const document = parsePolicy(text, path);
  const findings = checkPolicy(document);
  const rules = compilePolicy(document).rules.length;
  if (findings.length === 0) return [{ name: 'policy', state: 'ok', detail: `${path}, ${rules} rules` }];
  return [
    {
      name: 'policy',
      state: 'note',
      detail: `${path} is valid, with ${findings.length} findings`,
      remedy: `npx hitl-mcp policy check ${path}`,
    },
  ];
}

async function checkModel({ env }: DiagnoseOptions): Promise<Diagnosis[]> {
  if (env.MODEL_ID === undefined) {
    return [
      {
        name: 'model',
        state: 'note',
        detail: 'none is configured: the offline planner answers',
        remedy:
          'MODEL_ID for Amazon Bedrock (with AWS_REGION and credentials), or with MODEL_BASE_URL for a local model server',
      },
    ];
  }
  const isLocal = env.MODEL_BASE_URL !== undefined;
  if (!isLocal && env.AWS_REGION === undefined) {
    return [
      {
        name: 'model',
        state: 'failing',
        detail: `MODEL_ID is ${env.MODEL_ID}, but AWS_REGION is not set`,
        remedy: 'set AWS_REGION, or MODEL_BASE_URL',
      },
    ];
  }
  return [
    {
      name: 'model',
      state: 'ok',
      detail: `${env.MODEL_ID} ${isLocal ? `at ${env.MODEL_BASE_URL}` : 'on Amazon Bedrock'} (not called)`,
    },
  ];
}

async function checkService({ api }: DiagnoseOptions): Promise<Diagnosis[]> {
  const health = await (await api()).request(healthSchema, 'GET', '/healthz');
  return [
    {
      name: 'service',
      state: health.status === 'ok' ? 'ok' : 'failing',
      detail: `${health.status}, version ${health.version}`,
    },
  ];
}

async function checkTools({ api }: DiagnoseOptions): Promise<Diagnosis[]> {
  const { items, unavailable, dropped } = await (await api()).request(toolsSchema, 'GET', '/tools');
  const quarantined = items.filter((item) => item.status === 'quarantined');
  return [
    { name: 'tools', state: 'ok', detail: `${items.length - quarantined.length} can be used` },
    ...unavailable.map(({ server, reason }) => ({
      name: `server ${server}`,
      state: 'failing' as const,
      detail: reason,
      remedy: 'check its entry in MCP_SERVERS',
    })),
    ...dropped.map(({ server, tool, reason }) => ({
      name: `tool ${server}/${tool}`,
      state: 'note' as const,
      detail: `left out: ${reason}`,
    })),
    ...quarantined.map(({ name }) => ({
      name: `tool ${name}`,
      state: 'note' as const,
      detail: 'waits for acceptance',
      remedy: `npx hitl-mcp tools accept ${name} --user-id YOU`,
    })),
  ];
}

async function checkRecord({ api }: DiagnoseOptions): Promise<Diagnosis[]> {
  const report = await (await api()).request(verifyReportSchema, 'GET', '/audit/verify');
  return [{ name: 'record', state: report.ok ? 'ok' : 'failing', detail: renderReport(report) }];
}
