// The embedded stack with its Slack ingress and worker in a process of its own, so that what it is measured by does not share its
// event loop. Started by `openSlackSite` with an IPC channel.
import { startLocalStack } from '@hitl/local';

const [dataDir = '', env = '{}', apiUrl = ''] = process.argv.slice(2);
const stack = await startLocalStack({
  dataDir,
  listen: { port: 0 },
  env: JSON.parse(env),
  slackPeer: { apiUrl },
});

process.on('message', async (question: 'idle' | 'close') => {
  if (question === 'idle') {
    await stack.idle();
    process.send?.('idle');
    return;
  }
  await stack.close();
  process.disconnect();
});
// A bench that died must not leave a stack behind.
process.on('disconnect', () => process.exit());
process.send?.(stack.url);
