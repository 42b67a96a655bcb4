import { toolListViewSchema, verifyReportViewSchema } from '@hitl/application/views';
import { z } from 'zod';
import { renderReport } from '../verify-report.ts';
import type { Check } from './diagnosis.ts';

const healthSchema = z.object({
  status: z.string(),
  version: z.string(),
  checks: z.record(z.string(), z.string()),
});

export const checkService: Check = async ({ connect }) => {
  const api = await connect();
  const { status, version, checks } = await api.request(healthSchema, 'GET', '/healthz');
  const failing = Object.entries(checks).filter(([, state]) => state !== 'ok');
  const parts = failing.map(([name, state]) => `, ${name}: ${state}`).join('');
  return [
    {
      name: 'service',
      state: status === 'ok' ? 'ok' : 'failing',
      detail: `${api.where} is ${status}, version ${version}${parts}`,
    },
  ];
};

export const checkTools: Check = async ({ connect }) => {
  const { items, unavailable, dropped } = await (await connect()).request(
    toolListViewSchema,
    'GET',
    '/tools',
  );
  const quarantined = items.filter((item) => item.status === 'quarantined');
  const usable = items.length - quarantined.length;
  return [
    {
      name: 'tools',
      state: usable > 0 ? 'ok' : 'failing',
      detail: `${usable} can be used`,
      ...(usable > 0 ? {} : { remedy: 'connect a server with MCP_SERVERS, or accept its tools' }),
    },
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
      remedy: `hitl-mcp tools accept ${name} --user-id YOU`,
    })),
  ];
};

export const checkRecord: Check = async ({ connect }) => {
  const report = await (await connect()).request(verifyReportViewSchema, 'GET', '/audit/verify');
  return [
    {
      name: 'record',
      state: report.ok ? 'ok' : 'failing',
      detail: renderReport(report).replace(/^record verified: /, 'verified, '),
      ...(report.ok
        ? {}
        : { remedy: 'keep the data as it is, and export it: hitl-mcp audit export --out FILE' }),
    },
  ];
};
