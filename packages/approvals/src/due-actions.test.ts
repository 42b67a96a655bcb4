import { describe, expect, it } from '@jest/globals';
import { ana, mallory, minutes, pendingRun, requirement, rosa, type SampleRun } from '../test/sample-run.ts';
import { decideCancel } from './decide-cancel.ts';
import { dueActions, nextDueAt } from './due-actions.ts';

const timed = requirement({
  remind_after_seconds: [300, 1200],
  escalate: [
    { after_seconds: 600, to: ['group:leads'] },
    { after_seconds: 1800, to: ['user:cto'] },
  ],
});

/** Lets time pass to a minute and does what is due, as the sweeper would. */
function sweep(run: SampleRun, minute: number): string[] {
  return dueActions(run.approval(), minutes(minute)).map((event) => {
    run.append(event, minutes(minute));
    const { data } = event;
    if (event.type === 'approval-decided') return event.data.status;
    return `${event.type} ${'count' in data ? data.count : 'stage' in data ? data.stage : ''} ${'to' in data ? data.to : ''}`;
  });
}

const isoMinute = (minute: number) => new Date(minutes(minute)).toISOString();

describe('what time demands', () => {
  it('comes in order, each once, and always names when it comes next', () => {
    const run = pendingRun(timed);
    expect([nextDueAt(run.approval()), sweep(run, 4)]).toEqual([isoMinute(5), []]);
    expect(sweep(run, 5)).toEqual(['approval-reminded 1 group:it']);
    expect([nextDueAt(run.approval()), sweep(run, 5)]).toEqual([isoMinute(10), []]);
    expect(sweep(run, 10)).toEqual(['approval-escalated 1 group:leads']);
    expect(nextDueAt(run.approval())).toBe(isoMinute(20));
    // Both are due; those escalated to are reminded with the others.
    expect(sweep(run, 31)).toEqual([
      'approval-reminded 2 group:it,group:leads,user:cto',
      'approval-escalated 2 user:cto',
    ]);
    expect(nextDueAt(run.approval())).toBe(isoMinute(60));
    expect(sweep(run, 60)).toEqual(['expired']);
    expect([nextDueAt(run.approval()), sweep(run, 90)]).toEqual([undefined, []]);
  });

  it('after a long standstill reminds once and not once per missed reminder', () => {
    const run = pendingRun(timed);
    expect(sweep(run, 25)).toEqual([
      'approval-escalated 1 group:leads',
      'approval-reminded 2 group:it,group:leads',
    ]);
  });

  it('is nothing but the decision once one is due', () => {
    const run = pendingRun(timed);
    expect(sweep(run, 600)).toEqual(['expired']);
  });

  it('is the decision that a crash after the last vote left unwritten, at once', () => {
    const run = pendingRun(timed);
    run.vote(ana, {}, minutes(2));
    expect(nextDueAt(run.approval())).toBe(isoMinute(2));
    expect(sweep(run, 3)).toEqual(['approved']);
  });

  it('never approves: expiry fails closed', () => {
    const run = pendingRun(requirement({ steps: [{ from: ['group:it'], votes: 2 }] }));
    run.vote(ana, {}, minutes(59));
    expect(sweep(run, 60)).toEqual(['expired']);
  });
});

describe('cancelling', () => {
  it('is on the record with who did it, and a reason if they like', () => {
    const run = pendingRun();
    for (const who of [rosa, ana])
      expect(
        decideCancel(run.state, run.approval(), who, { nowMs: minutes(1), reason: ' typo ' }).data,
      ).toEqual({ approval_id: 'apr_1', status: 'cancelled', by: [who.id], reason: 'typo' });
    const cancel = () => decideCancel(run.state, run.approval(), mallory, { nowMs: minutes(1) });
    expect(cancel).toThrow('only the requester or an approver');
  });

  it('wins over complete votes whose decision is not written, and never over a decision', () => {
    const run = pendingRun();
    run.vote(ana);
    const cancel = () => decideCancel(run.state, run.approval(), rosa, { nowMs: minutes(2) });
    run.append(cancel());
    expect(run.approval().status).toBe('cancelled');
    expect(cancel).toThrow('was cancelled by rosa');
  });
});
