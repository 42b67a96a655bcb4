/** What the Slack app is known by at Slack. */
export interface OauthClient {
  readonly clientId: string;
  readonly clientSecret: string;
}
