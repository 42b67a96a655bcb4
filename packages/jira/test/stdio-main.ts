import { serveStdio } from '@hitl/mcp-server';
import { createJiraServer } from '../src/index.ts';

const [baseUrl = '', email = '', apiToken = ''] = process.argv.slice(2);
const { closed } = await serveStdio(createJiraServer({ baseUrl, email, apiToken }));
await closed;
process.exit(0);
