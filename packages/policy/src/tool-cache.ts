/** Bounds what tool names made up by a caller can fill memory with; accepted tools are far fewer. */
const capacity = 10_000;

/** Keeps what was computed for a tool. Server and tool are keys of their own: joined, two tools could share one. */
export function createToolCache<T>(
  compute: (server: string, tool: string) => T,
): (server: string, tool: string) => T {
  const known = new Map<string, Map<string, T>>();
  let count = 0;
  return (server, tool) => {
    const found = known.get(server)?.get(tool);
    if (found !== undefined) return found;
    const value = compute(server, tool);
    if (count >= capacity) {
      known.clear();
      count = 0;
    }
    const ofServer = known.get(server) ?? new Map<string, T>();
    known.set(server, ofServer.set(tool, value));
    count += 1;
    return value;
  };
}
