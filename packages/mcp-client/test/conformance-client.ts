// What the conformance suite runs as "the client": it appends its server's URL and names the scenario in the environment.
// Everything goes through the tool source, as in the product.
import { createMcpToolSource, parseMcpServers } from '../src/index.ts';

/** Arguments for whatever tool a scenario offers: a number for each number, and so on. */
function sampleArguments(schema: { properties?: unknown }): Record<string, string | number | boolean> {
  const samples: Record<string, string | number | boolean> = { number: 5, integer: 5, boolean: true };
  return Object.fromEntries(
    Object.entries((schema.properties ?? {}) as Record<string, { type?: string }>).map(([name, property]) => [
      name,
      samples[property.type ?? ''] ?? 'text',
    ]),
  );
}

const source = createMcpToolSource({
  servers: parseMcpServers(`suite=${process.argv.at(-1)}`),
  pins: { isAccepted: async () => true },
  clientInfo: { name: 'hitl-mcp-conformance', version: '0.1.0' },
});
const { tools, unavailable } = await source.list();
for (const { reason } of unavailable) process.stderr.write(`${reason}\n`);
for (const tool of tools) {
  const outcome = await source.call(
    { server: tool.server, tool: tool.tool, arguments: sampleArguments(tool.input_schema) },
    tool.digest,
    { timeoutMs: 10_000, idempotencyKey: tool.tool },
  );
  process.stderr.write(`${tool.tool}: ${JSON.stringify(outcome)}\n`);
}
await source.close();
process.exitCode = unavailable.length > 0 ? 1 : 0;
