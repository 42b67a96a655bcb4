import { App, AwsLambdaReceiver } from '@slack/bolt';

/** What `functions/slack-ingress` does, as far as Bolt can on Lambda: no install routes, no deduplication, no queue. */
const receiver = new AwsLambdaReceiver({ signingSecret: 'bench-secret' });
const app = new App({ receiver, token: `xoxb-${'0'.repeat(12)}`, processBeforeResponse: true });

app.event('app_mention', async () => undefined);
app.event('message', async () => undefined);
app.action(/^hitl_/, async ({ ack }) => ack());
app.view(/^hitl_/, async ({ ack }) => ack());
app.command('/hitl', async ({ ack }) => ack());

export const handler: unknown = receiver.toHandler();
