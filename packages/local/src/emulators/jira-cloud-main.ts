import { startJiraEmulator } from './jira-cloud.ts';

/** The emulator as a process of its own: `node jira-cloud-main.ts DIR [PORT]`. Tells its parent, or stdout, the address. */
const [dataDir, port = '0'] = process.argv.slice(2);
if (dataDir === undefined || !/^\d{1,5}$/.test(port)) {
  process.stderr.write('usage: jira-cloud-main.ts DATA_DIR [PORT]\n');
  process.exit(2);
}
const jira = await startJiraEmulator({ dataDir, port: Number(port) });
if (process.send === undefined) process.stdout.write(`${jira.url}\n`);
else process.send(jira.url);
