import { describeApprovalChannel } from '@hitl/testing/contracts';
import { createPageApprovalChannel } from './fixtures/page-approval-channel.ts';
import { openSlackSite } from './fixtures/slack-site.ts';

describeApprovalChannel('the approval page', async () => {
  const slack = await openSlackSite();
  const stranger = `slack:${slack.front.workspace.team_id}/${slack.account('stranger')}`;
  return {
    site: {
      ...slack.site,
      // Whom the directory does not know is on the record by the account.
      people: { ...slack.site.people, stranger },
      close: () => slack.close(),
    },
    channel: createPageApprovalChannel(slack),
  };
});
