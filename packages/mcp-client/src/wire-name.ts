import { InvalidInputError, qualifiedName, sha256Hex } from '@hitl/core';

const legalName = /^[a-zA-Z0-9_-]{1,64}$/;
const maxLength = 64;
const hashLength = 10;

/**
 * The name that models see for `alias/tool`. Model APIs allow `^[a-zA-Z0-9_-]{1,64}$` and refuse the whole request for one
 * illegal name; cutting alone would give two tools the same name, so a cut or cleaned name ends in a hash of the original.
 */
export function wireName(server: string, tool: string): string {
  const plain = `${server}__${tool}`;
  if (legalName.test(plain)) return plain;
  const hash = sha256Hex(qualifiedName({ server, tool })).slice(0, hashLength);
  const room = maxLength - server.length - hashLength - 4;
  const readable = tool.replace(/[^a-zA-Z0-9_-]+/g, '_').slice(0, room);
  return `${server}__${readable}__${hash}`;
}

/**
 * The way back from wire name to `alias/tool`. Always by this table, never by taking the name apart: a sanitised name does
 * not hold the original. Throws `InvalidInputError` when two different tools share a wire name.
 */
export function createWireNameTable<T extends { readonly server: string; readonly tool: string }>(
  tools: readonly T[],
): ReadonlyMap<string, T> {
  const table = new Map<string, T>();
  for (const tool of tools) {
    const name = wireName(tool.server, tool.tool);
    const other = table.get(name);
    if (other !== undefined) {
      throw new InvalidInputError(
        `${qualifiedName(other)} and ${qualifiedName(tool)} would both be called ${name}`,
      );
    }
    table.set(name, tool);
  }
  return table;
}
