import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BedrockPeer } from '../../packages/aws/test/bedrock-peer/start-bedrock-peer.ts';
import {
  type GoogleDirectoryEmulator,
  startGoogleDirectoryEmulator,
} from '../../packages/local/src/emulators/google-directory.ts';
import { type JiraEmulator, startJiraEmulator } from '../../packages/local/src/emulators/jira-cloud.ts';
import { type SlackFront, startSlackFront } from '../../packages/testing/src/slack/index.ts';
import { type EmulatedAws, startEmulatedAws } from './emulator/start-emulated-aws.ts';
import { startPlanningBedrock } from './peers/start-planning-bedrock.ts';

export interface World {
  readonly folder: string;
  readonly aws: EmulatedAws;
  readonly google: GoogleDirectoryEmulator;
  readonly jira: JiraEmulator;
  readonly bedrock: BedrockPeer;
  readonly slack: SlackFront;
  close(): Promise<void>;
}

/** An AWS account, a Google Workspace, a Jira site, a Slack workspace and a model service, all on loopback, all gone after `close`. */
export async function openWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'hitl-aws-'));
  const closers: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const google = await startGoogleDirectoryEmulator({ dataDir: join(folder, 'google') });
    closers.push(() => google.close());
    const jira = await startJiraEmulator({ dataDir: join(folder, 'jira') });
    closers.push(() => jira.close());
    const bedrock = await startPlanningBedrock();
    closers.push(() => bedrock.close());
    const slack = await startSlackFront({
      workspaces: [{ team_id: 'T0ACME', users: ['ada', 'bob'], channels: ['ops'] }],
    });
    closers.push(() => slack.close());
    const slackPort = Number(new URL(slack.url).port);
    const aws = await startEmulatedAws({
      folder: join(folder, 'aws'),
      peers: { bedrock: Number(new URL(bedrock.baseURL).port), 'slack.com': slackPort },
    });
    closers.push(() => aws.close());
    return { folder, aws, google, jira, bedrock, slack, close };
  } catch (error) {
    await close();
    throw error;
  }
}
