import { describe, expect, it } from '@jest/globals';
import { createNotifiersFromConfig } from './create-notifiers-from-config.ts';

const teams = 'https://d.environment.api.powerplatform.com/invoke?sig=s';

describe('notification settings', () => {
  it('make one notifier per channel that is set', () => {
    const names = (config: object) => createNotifiersFromConfig(config).map(({ name }) => name);
    expect(names({})).toEqual([]);
    expect(names({ teams_webhook_url: teams, teams_payload: 'card' })).toEqual(['teams']);
    expect(
      names({
        teams_webhook_url: teams,
        slack_webhook_url: 'https://hooks.slack.com/services/T/B/x',
        public_url: 'https://a.example.com',
      }),
    ).toEqual(['teams', 'slack-webhook']);
  });

  it.each([
    [{ teams_webhook_url: 'https://x.webhook.office.com/secretpart' }, /teams_webhook_url: .*connector/],
    [{ teams_webhook_url: teams, teams_payload: 'message-card' }, /teams_payload/],
    [{ teams_webhook_ur: teams }, /teams_webhook_ur/],
    [{ teams_webhook_url: teams, public_url: 'http://a.example.com' }, /public_url: must be an https URL/],
    [{ teams_webhook_url: teams, approval_page_path: 'approvals' }, /approval_page_path/],
    [{ slack_webhook_url: 'secretpart' }, /slack_webhook_url: must be a URL/],
  ])('that are wrong stop the start, by name: %j', (config, complaint) => {
    expect(() => createNotifiersFromConfig(config)).toThrow(complaint);
    expect(() => createNotifiersFromConfig(config)).not.toThrow('secretpart');
  });
});
