import { z } from 'zod';

export const verifyReportSchema = z.looseObject({
  ok: z.boolean(),
  entries: z.int(),
  streams: z.int(),
  checkpoints: z.int(),
  head: z.string().nullable(),
  problem: z
    .looseObject({
      what: z.string(),
      detail: z.string(),
      stream: z.string().optional(),
      sequence: z.int().optional(),
    })
    .optional(),
});

export function renderReport(report: z.infer<typeof verifyReportSchema>): string {
  const { entries, streams, checkpoints, head, problem } = report;
  if (problem === undefined) {
    const newest = head === null ? '' : `, newest ${head}`;
    return `record verified: ${count(entries, 'entry', 'entries')} in ${count(streams, 'chain')}, ${count(checkpoints, 'checkpoint')}${newest}`;
  }
  const where = [problem.stream, problem.sequence === undefined ? undefined : `entry ${problem.sequence}`];
  return `RECORD BROKEN at ${where.filter(Boolean).join(' ')}: ${problem.what}: ${problem.detail}`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
