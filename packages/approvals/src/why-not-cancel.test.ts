import { describe, expect, it } from '@jest/globals';
import {
  ana,
  cleo,
  dan,
  decision,
  mallory,
  minutes,
  pendingRun,
  person,
  requirement,
  rosa,
  SampleRun,
} from '../test/sample-run.ts';
import { decideCancel } from './decide-cancel.ts';
import { settleApproval } from './settle-approval.ts';
import { whyNotCancel } from './why-not-cancel.ts';

const codeAt = (run: SampleRun, who: typeof rosa, minute: number) =>
  whyNotCancel(run.state, who, minutes(minute))?.code ?? 'may';

describe('who may cancel a run', () => {
  it('is its requester, an approver of any of its steps, directly or by a group, and nobody else', () => {
    const run = pendingRun(
      requirement({
        steps: [
          { from: ['group:it'], votes: 1 },
          { from: ['user:cleo'], votes: 1 },
        ],
      }),
    );
    expect([rosa, ana, dan, cleo].map((who) => codeAt(run, who, 1))).toEqual(['may', 'may', 'may', 'may']);
    expect([mallory, person('ann', ['IT', 'group:it'])].map((who) => codeAt(run, who, 1))).toEqual([
      'forbidden',
      'forbidden',
    ]);
  });

  it('is the requester alone, who needs no more than a name, while nobody was asked', () => {
    const run = new SampleRun();
    run.call('call_1', decision('allow'));
    expect([rosa, ana].map((who) => codeAt(run, who, 1))).toEqual(['may', 'forbidden']);
  });

  it('are those who are escalated to, from when they count, unless it was over before', () => {
    const escalating = requirement({ escalate: [{ after_seconds: 1200, to: ['group:security'] }] });
    const waiting = pendingRun(escalating);
    expect([19, 20].map((minute) => codeAt(waiting, cleo, minute))).toEqual(['forbidden', 'may']);
    const decided = pendingRun(escalating);
    decided.vote(ana, {}, minutes(5));
    const approved = settleApproval(decided.approval(), minutes(5));
    if (approved === undefined) throw new Error('one vote decides');
    decided.append(approved, minutes(5));
    expect([cleo, ana].map((who) => codeAt(decided, who, 30))).toEqual(['forbidden', 'may']);
  });

  it('are approvers of an earlier request of the run as well, for all of it', () => {
    const run = pendingRun();
    run.append(decideCancel(run.state, run.approval(), rosa, { nowMs: minutes(1) }), minutes(1));
    run.call('call_2', decision(requirement({ steps: [{ from: ['group:security'], votes: 1 }] })));
    const later = run.request('apr_2', ['call_2'], minutes(2));
    expect(decideCancel(run.state, later, ana, { nowMs: minutes(3) }).data.by).toEqual(['ana']);
  });

  it('is no service and nobody who is known less well than a vote demands, whatever group they are in', () => {
    const run = pendingRun();
    expect(codeAt(run, { ...person('bot', ['it']), kind: 'service' }, 1)).toBe('forbidden');
    expect(codeAt(run, person('ana', ['it'], 'asserted'), 1)).toBe('assurance_too_low');
  });
});
