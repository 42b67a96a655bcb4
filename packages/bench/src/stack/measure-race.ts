import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { BenchRow } from '../bench-row.ts';
import type { BenchSite } from './bench-stack-site.ts';
import { askStack, listPending } from './call-stack.ts';

const processes = 4;

/** Sends its share of votes over HTTP as fast as the API answers, and prints what the answers were. */
const voterScript = `
const { url, token, approval, digest, voters, startAt } = JSON.parse(process.argv[1]);
await new Promise((resolve) => setTimeout(resolve, startAt - Date.now()));
const results = await Promise.all(voters.map(async (user_id) => {
  const response = await fetch(url + '/approvals/' + approval + '/votes', {
    method: 'POST',
    headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
    body: JSON.stringify({ user_id, decision: 'approve', digest }),
  });
  const body = await response.json();
  return { user_id, status: response.status, code: body.code, detail: body.detail };
}));
console.log(JSON.stringify(results));
`;

interface Answer {
  readonly user_id: string;
  readonly status: number;
  readonly code?: string;
  readonly detail?: string;
}

/** A thousand people of several processes vote on one request at once. */
export async function measureRace(site: BenchSite): Promise<BenchRow[]> {
  const { url, token } = site;
  await askStack(site, 'disable the account of user racer');
  const approval = (await listPending(site)).find(({ query }) => query.endsWith(' racer'));
  if (approval === undefined) throw new Error('the race has nothing to vote on');
  // Late enough for every process to be up: a race that one of them starts alone is none.
  const startAt = Date.now() + 1500;
  const shares = Array.from({ length: processes }, (_, index) =>
    site.voters.filter((_voter, voter) => voter % processes === index),
  );
  const answers = (
    await Promise.all(
      shares.map((voters) =>
        castInProcess({
          url,
          token,
          approval: approval.approval_id,
          digest: approval.digest,
          voters,
          startAt,
        }),
      ),
    )
  ).flat();
  const tookMs = Date.now() - startAt;
  await site.idle();
  const executed = (await site.executions()).filter(
    (execution) => execution.arguments.user === 'racer',
  ).length;
  const winners = answers.filter(({ status }) => status === 200);
  const [winner] = winners;
  const told = answers.filter(
    ({ code, detail }) =>
      code === 'approval_not_pending' &&
      winner !== undefined &&
      (detail ?? '').split(/[^\w-]/).includes(winner.user_id),
  ).length;
  return [
    {
      name: `stack: executions after ${answers.length.toLocaleString('en-US')} votes raced from ${processes} processes`,
      value: executed,
      unit: '',
      target: '1',
      met: executed === 1,
    },
    {
      name: 'stack: losers who were told who decided',
      value: told,
      unit: '',
      target: String(answers.length - 1),
      met: winners.length === 1 && told === answers.length - 1,
      note: `${winners.length} accepted, ${Math.round(tookMs)} ms for all`,
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
