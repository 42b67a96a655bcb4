import type { VerifyReportView } from '@hitl/application/views';

export function renderReport(report: VerifyReportView): string {
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
