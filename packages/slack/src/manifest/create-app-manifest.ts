import type { AppsManifestCreateArguments } from '@slack/web-api';
import { slackPaths } from '../slack-paths.ts';
import { botScopes, eventNames, slashCommand, userScopes } from './app-features.ts';

type Manifest = AppsManifestCreateArguments['manifest'];
type BotScopes = NonNullable<NonNullable<NonNullable<Manifest['oauth_config']>['scopes']>['bot']>;
type UserScopes = NonNullable<NonNullable<NonNullable<Manifest['oauth_config']>['scopes']>['user']>;
type BotEvents = NonNullable<
  NonNullable<NonNullable<Manifest['settings']>['event_subscriptions']>['bot_events']
>;

export interface AppManifestOptions {
  /**
   * Default true: tokens that end after 12 hours, which the deployed system renews. The local stack is given its token by hand and
   * can't; once an app has it, Slack does not take it back.
   */
  readonly tokenRotation?: boolean;
}

/** The app as Slack is told of it. `publicUrl` is where Slack reaches us. */
export function createAppManifest(publicUrl: string, options: AppManifestOptions = {}): Manifest {
  const url = (path: string): string => new URL(path, publicUrl).href;
  return {
    _metadata: { major_version: 2, minor_version: 1 },
    display_information: {
      name: 'HITL agent',
      description: 'An agent that asks people before it acts, and does exactly what they approved.',
      background_color: '#1d3557',
    },
    features: {
      agent_view: {
        agent_description:
          'Ask for administrative work in plain English. What needs approval is shown to the people who may decide, call by call.',
        suggested_prompts: [
          { title: 'See who is suspended', message: 'List the suspended users of our domain.' },
          { title: 'Check a role', message: 'Which AWS roles does jane@example.com have?' },
        ],
      },
      app_home: {
        home_tab_enabled: false,
        messages_tab_enabled: true,
        messages_tab_read_only_enabled: false,
      },
      bot_user: { display_name: 'hitl', always_online: true },
      slash_commands: [
        {
          command: slashCommand.command,
          url: url(slackPaths.commands),
          description: slashCommand.description,
          usage_hint: slashCommand.usageHint,
          // The text comes as it was typed, with no entities and no links made of it.
          should_escape: false,
        },
      ],
    },
    // The package's lists of scopes and events are older than its own agent features.
    oauth_config: {
      redirect_urls: [url(slackPaths.oauthCallback), url(slackPaths.loginCallback)],
      scopes: {
        user: [...userScopes] as string[] as UserScopes,
        bot: [...botScopes] as string[] as BotScopes,
      },
    },
    settings: {
      event_subscriptions: {
        request_url: url(slackPaths.events),
        bot_events: [...eventNames].sort() as string[] as BotEvents,
      },
      interactivity: { is_enabled: true, request_url: url(slackPaths.interactions) },
      org_deploy_enabled: true,
      socket_mode_enabled: false,
      token_rotation_enabled: options.tokenRotation ?? true,
    },
  };
}
