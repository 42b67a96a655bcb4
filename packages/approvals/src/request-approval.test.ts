import { approvalDigest } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { decision, minutes, requirement, SampleRun, startMs } from '../test/sample-run.ts';
import { requestApproval } from './request-approval.ts';

describe('requesting approval', () => {
  it('asks for all calls at once with what the policy demands of each', () => {
    const run = new SampleRun();
    const first = run.call('call_1', decision(requirement({ expires_in_seconds: 7200 })));
    const second = run.call(
      'call_2',
      decision(requirement({ steps: [{ from: ['group:security'], votes: 2 }], assurance: 'mfa' })),
      { user_key: 'b@example.com' },
    );
    const approval = run.request('apr_1', ['call_1', 'call_2']);
    expect(approval).toMatchObject({
      requester_id: 'rosa',
      digest: approvalDigest('apr_1', [first.digest, second.digest]),
      expires_at: new Date(minutes(60)).toISOString(),
      requirement: {
        steps: [
          { from: ['group:it'], votes: 1 },
          { from: ['group:security'], votes: 2 },
        ],
        assurance: 'mfa',
      },
    });
    expect(run.callOf('call_2')).toMatchObject({ approval_id: 'apr_1', status: 'awaiting_approval' });
  });

  it('refuses calls that are unknown, free, denied, named twice, or asked for already', () => {
    const run = new SampleRun();
    run.call('gated', decision(requirement()));
    run.call('free', decision('allow'));
    run.call('denied', decision('deny'));
    const ask = (callIds: string[], approvalId = 'apr_2') =>
      requestApproval({ run: run.state, approvalId, callIds, nowMs: startMs });
    expect(() => ask([])).toThrow('at least one');
    expect(() => ask(['nobody'])).toThrow('no call nobody');
    expect(() => ask(['free'])).toThrow('call free is allowed');
    expect(() => ask(['denied'])).toThrow('call denied is denied');
    expect(() => ask(['gated', 'gated'])).toThrow('once');
    run.request('apr_1', ['gated']);
    expect(() => ask(['gated'])).toThrow('belongs to approval apr_1');
    run.call('another', decision(requirement()));
    expect(() => ask(['another'], 'apr_1')).toThrow('exists already');
  });
});
