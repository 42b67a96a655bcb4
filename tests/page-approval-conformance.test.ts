import { describeApprovalChannel } from '@hitl/testing/contracts';
import { createPageApprovalChannel } from './fixtures/page-approval-channel.ts';
import { asApprovalSite, openSlackSite } from './fixtures/slack-site.ts';

describeApprovalChannel('the approval page', async () => {
  const slack = await openSlackSite();
  return { site: asApprovalSite(slack), channel: createPageApprovalChannel(slack) };
});
