import type { SlackMethod } from './front-context.ts';
import { renameSession, setSessionStatus, setThreadStatus } from './methods/agent.ts';
import { postEphemeral, postMessage, updateMessage } from './methods/chat.ts';
import { revokeAuth, testAuth, uninstallApp } from './methods/identity.ts';
import { appendStream, startStream, stopStream } from './methods/streams.ts';
import { openView, pushView, updateView } from './methods/views.ts';

/** What the front answers itself or checks first. Every other method goes to the emulated Slack as it is. */
export const slackMethods: Readonly<Record<string, SlackMethod>> = {
  'auth.test': testAuth,
  'auth.revoke': revokeAuth,
  'apps.uninstall': uninstallApp,
  'chat.postMessage': postMessage,
  'chat.update': updateMessage,
  'chat.postEphemeral': postEphemeral,
  'chat.startStream': startStream,
  'chat.appendStream': appendStream,
  'chat.stopStream': stopStream,
  'assistant.threads.setStatus': setThreadStatus,
  'agents.sessions.setStatus': setSessionStatus,
  'agents.sessions.rename': renameSession,
  'views.open': openView,
  'views.push': pushView,
  'views.update': updateView,
};
