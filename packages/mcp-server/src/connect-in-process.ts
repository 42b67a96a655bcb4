import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { createMcpServer } from './create-mcp-server.ts';
import type { McpServerSpec } from './server-tool.ts';

/** The client's end of a linked pair whose other end is a new server of this spec; closing it closes that server. */
export function connectInProcess(spec: McpServerSpec): Transport {
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  // Starting an in-memory transport neither waits nor fails; messages sent before it are queued.
  void createMcpServer(spec).connect(serverSide);
  return clientSide;
}
