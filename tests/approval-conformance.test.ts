import { describeApprovalChannel } from '@hitl/testing/contracts';
import { openApprovalSite } from './fixtures/approval-site.ts';
import { createCliApprovalChannel } from './fixtures/cli-approval-channel.ts';
import { createHttpApprovalChannel } from './fixtures/http-approval-channel.ts';

// One line per channel: whoever brings a new one writes its adapter and adds it here.
describeApprovalChannel('the HTTP API', async () => {
  const site = await openApprovalSite();
  return { site, channel: createHttpApprovalChannel(site) };
});

describeApprovalChannel('the command line', async () => {
  const site = await openApprovalSite();
  return { site, channel: createCliApprovalChannel(site) };
});
