import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRun } from '@hitl/application';
import { pendingApproval } from '@hitl/core';
import type { BenchRow } from '../bench-row.ts';
import type { BenchSite } from './bench-stack-site.ts';

const processes = 4;

/** Sends its share of votes over HTTP as fast as the API answers, and prints what the answers were. */
const voterScript = `
const { url, token, approval, digest, voters } = JSON.parse(process.argv[1]);
const results = await Promise.all(voters.map(async (user_id) => {
  const response = await fetch(url + '/approvals/' + approval + '/votes', {
    method: 'POST',
    headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
    body: JSON.stringify({ user_id, decision: 'approve', digest }),
  });
  const body = await response.json();
  return { status: response.status, code: body.code, detail: body.detail };
}));
console.log(JSON.stringify(results));
`;

interface Answer {
  readonly status: number;
  readonly code?: string;
  readonly detail?: string;
}

/** A thousand people of several processes vote on one request at once. */
export async function measureRace(site: BenchSite): Promise<BenchRow[]> {
  const { deps, url, token } = site.stack;
  const { run } = await createRun(
    deps,
    { id: 'alice', kind: 'user', assurance: 'asserted', channel: 'api' },
    { query: 'disable the account of user racer' },
  );
  await deps.workflow.start(run.run_id);
  await site.stack.idle();
  const waiting = await deps.repository.load(run.run_id);
  const approval = waiting === undefined ? undefined : pendingApproval(waiting);
  if (approval === undefined) throw new Error('the race has nothing to vote on');
  const began = performance.now();
  const shares = Array.from({ length: processes }, (_, index) =>
    site.voters.filter((_voter, voter) => voter % processes === index),
  );
  const answers = (
    await Promise.all(
      shares.map((voters) =>
        castInProcess({ url, token, approval: approval.approval_id, digest: approval.digest, voters }),
      ),
    )
  ).flat();
  const tookMs = performance.now() - began;
  await site.stack.idle();
  const executed = (await site.executions()).filter(
    (execution) => execution.arguments.user === 'racer',
  ).length;
  const winners = answers.filter((answer) => answer.status === 200).length;
  const told = answers.filter(
    (answer) => answer.code === 'approval_not_pending' && /voter-\d+/.test(answer.detail ?? ''),
  ).length;
  return [
    {
      name: `${answers.length} votes racing from ${processes} processes: executions`,
      value: executed,
      unit: '',
      target: '1',
      met: executed === 1,
    },
    {
      name: 'losers who were told who decided',
      value: told,
      unit: '',
      target: String(answers.length - 1),
      met: winners === 1 && told === answers.length - 1,
      note: `${winners} accepted, ${Math.round(tookMs)} ms for all`,
    },
  ];
}

async function castInProcess(share: object): Promise<Answer[]> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', voterScript, JSON.stringify(share)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  await once(child, 'close');
  return JSON.parse(text) as Answer[];
}
