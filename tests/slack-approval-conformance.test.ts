import { describeApprovalChannel } from '@hitl/testing/contracts';
import { createSlackApprovalChannel } from './fixtures/slack-approval-channel.ts';
import { asApprovalSite, openSlackSite } from './fixtures/slack-site.ts';

describeApprovalChannel('Slack', async () => {
  const slack = await openSlackSite();
  return { site: asApprovalSite(slack), channel: createSlackApprovalChannel(slack) };
});
