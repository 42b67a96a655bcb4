// The embedded stack in a process of its own, so that its memory is its own. Started by `openBenchSite` with an IPC channel;
// answers `{ kind: 'facts' }` with what can only be known in here.
import { type ApplicationDeps, acceptTool } from '@hitl/application';
import { startLocalStack } from '@hitl/local';
import type { StackFacts } from './bench-stack-site.ts';

const [dataDir = '', env = '{}', accept = '[]'] = process.argv.slice(2);
const stack = await startLocalStack({ dataDir, listen: { port: 0 }, env: JSON.parse(env) });
const operator = { id: 'voter-0', kind: 'user', assurance: 'asserted', channel: 'cli' } as const;
for (const name of JSON.parse(accept)) await acceptTool(stack.deps, operator, name);
const model = timeModel(stack.deps.model);

process.on('message', async (question: { kind: 'facts' | 'idle' | 'close' }) => {
  if (question.kind === 'close') {
    await stack.close();
    process.disconnect();
    return;
  }
  if (question.kind === 'idle') await stack.idle();
  const facts: StackFacts = {
    modelMs: model.takeMs(),
    rssBytes: process.memoryUsage.rss(),
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  };
  process.send?.(facts);
});
// A bench that died must not leave a stack behind.
process.on('disconnect', () => process.exit());
process.send?.({ url: stack.url, token: stack.token });

/** Adds up what the model takes, which is not the stack's doing. */
function timeModel(model: ApplicationDeps['model']): { takeMs(): number } {
  let ms = 0;
  const timed = model as unknown as { doStream: (options: unknown) => PromiseLike<unknown> };
  const answer = timed.doStream.bind(model);
  timed.doStream = async (options: unknown) => {
    const began = performance.now();
    try {
      return await answer(options);
    } finally {
      ms += performance.now() - began;
    }
  };
  return {
    takeMs() {
      const taken = ms;
      ms = 0;
      return taken;
    },
  };
}
