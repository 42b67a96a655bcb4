interface ServerBase {
  /** `^[a-z][a-z0-9]*(-[a-z0-9]+)*$`, at most 16 characters; the first half of every `alias/tool`. */
  readonly alias: string;
  /** The operator vouches for this server: its annotations may lower a category and its previews are shown to voters. */
  readonly isTrusted: boolean;
}

export interface StdioServerConfig extends ServerBase {
  readonly kind: 'stdio';
  /** Absolute path of the entry file: `.js`, `.mjs`, `.cjs` and `.ts` run under our own Node, anything else is executed. */
  readonly path: string;
  readonly args?: readonly string[];
  /** Added to the few harmless variables (HOME, PATH, …) that a child gets; nothing else of our environment leaks. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface HttpServerConfig extends ServerBase {
  readonly kind: 'http';
  readonly url: string;
  readonly bearerToken?: string;
}

/** Runs inside our own process; accepted and trusted as shipped. */
export interface BuiltinServerConfig extends ServerBase {
  readonly kind: 'builtin';
  readonly isTrusted: true;
  readonly name: string;
}

export type ServerConfig = StdioServerConfig | HttpServerConfig | BuiltinServerConfig;

/** For people and error texts: no query string, no token. */
export function describeServer(config: ServerConfig): string {
  if (config.kind === 'stdio') return config.path;
  if (config.kind === 'builtin') return `builtin:${config.name}`;
  const url = new URL(config.url);
  return `${url.origin}${url.pathname}`;
}
