import { basename, extname, isAbsolute } from 'node:path';
import { InvalidInputError } from '@hitl/core';
import type { HttpServerConfig, ServerConfig, StdioServerConfig } from './server-config.ts';
import { splitWords } from './split-words.ts';

export interface ParseMcpServersOptions {
  /** Sent as bearer token to every URL server that has none of its own (`MCP_AUTH_TOKEN`). */
  readonly authToken?: string | undefined;
  /** By alias (`MCP_AUTH_TOKEN_<ALIAS>`); wins over `authToken`, and an empty string means "send none". */
  readonly authTokens?: Readonly<Record<string, string | undefined>> | undefined;
  /** `MCP_HOST` / `MCP_PORT`: used only where the text is empty. */
  readonly host?: string | undefined;
  readonly port?: string | number | undefined;
  /** Aliases whose annotations and previews the operator trusts. */
  readonly trusted?: ReadonlySet<string> | undefined;
  /** Allows `http://` to other machines: tokens and arguments then cross the network in the clear. */
  readonly allowInsecureHttp?: boolean | undefined;
  /** Extra environment of stdio servers, by alias. */
  readonly childEnv?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
}

const aliasShape = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const maxAliasLength = 16;
const nodeExtensions = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts']);

/**
 * Launchers start the server as their own child: it outlives them when they are stopped, is downloaded at start, and its
 * file can't be pinned.
 */
const launchers = new Set(
  'npx npm pnpm pnpx yarn bunx uvx uv pipx sh bash dash zsh fish ksh env cmd cmd.exe powershell pwsh'.split(
    ' ',
  ),
);

/**
 * Parses `google=/abs/path/server.js;jira=https://host/mcp;ops=builtin:jira`. A stdio entry may carry arguments after its
 * path (`fs="/opt/my servers/fs.js" /data`), quoted where they hold spaces. Throws `InvalidInputError` with one line that
 * names the entry.
 */
export function parseMcpServers(
  text: string | undefined,
  options: ParseMcpServersOptions = {},
): ServerConfig[] {
  const entries = (text ?? '')
    .split(';')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length === 0) return parseHostAndPort(options);

  const servers = entries.map((entry, index) => parseEntry(entry, index, options));
  const seen = new Set<string>();
  for (const { alias } of servers) {
    if (seen.has(alias)) throw wrong(alias, 'is given twice; every server needs its own alias');
    seen.add(alias);
  }
  for (const alias of options.trusted ?? []) {
    if (!seen.has(alias)) {
      throw new InvalidInputError(`MCP_TRUSTED: ${alias} is not the alias of a server in MCP_SERVERS`);
    }
  }
  return servers;
}

function parseEntry(entry: string, index: number, options: ParseMcpServersOptions): ServerConfig {
  const separator = entry.indexOf('=');
  const alias = separator < 0 ? '' : entry.slice(0, separator).trim();
  const target = entry.slice(separator + 1).trim();
  // The entry itself is not quoted back before its parts are known: a URL may hold a secret.
  if (separator < 0)
    throw wrong(`entry ${index + 1}`, 'must be alias=path, alias=https://… or alias=builtin:name');
  if (!aliasShape.test(alias) || alias.length > maxAliasLength) {
    throw wrong(
      alias === '' ? `entry ${index + 1}` : alias,
      `is not an alias: at most ${maxAliasLength} lower-case letters and digits, words joined by single hyphens, a letter first`,
    );
  }
  if (target === '') throw wrong(alias, 'has no target: give an absolute path, a URL or builtin:name');
  const isTrusted = options.trusted?.has(alias) ?? false;
  if (target.startsWith('builtin:')) {
    const name = target.slice('builtin:'.length);
    if (!/^[a-z][a-z0-9-]*$/.test(name))
      throw wrong(alias, 'must name a built-in server, as in builtin:jira');
    return { kind: 'builtin', alias, isTrusted: true, name };
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(target)) return parseUrl(alias, target, isTrusted, options);
  return parseCommand(alias, target, isTrusted, options);
}

function parseCommand(
  alias: string,
  target: string,
  isTrusted: boolean,
  options: ParseMcpServersOptions,
): StdioServerConfig {
  const words = splitWords(target);
  if (words === undefined) throw wrong(alias, 'has a quotation mark that is never closed');
  const [path = '', ...args] = words;
  if (launchers.has(basename(path))) {
    throw wrong(
      alias,
      `must not start through ${basename(path)}: install the server and give the absolute path of its entry file`,
    );
  }
  if (!isAbsolute(path)) {
    throw wrong(alias, `needs an absolute path, a URL or builtin:name, not "${path}"`);
  }
  const env = options.childEnv?.[alias];
  return {
    kind: 'stdio',
    alias,
    isTrusted,
    path,
    ...(args.length > 0 ? { args } : {}),
    ...(env === undefined ? {} : { env }),
  };
}

function parseUrl(
  alias: string,
  target: string,
  isTrusted: boolean,
  options: ParseMcpServersOptions,
): HttpServerConfig {
  let url: URL;
  try {
    url = new URL(target);
  } catch {
    throw wrong(alias, 'has a URL that can not be read');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw wrong(alias, `must use https (or http on this machine), not ${url.protocol.slice(0, -1)}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw wrong(alias, `must not carry a password in its URL; use MCP_AUTH_TOKEN_${tokenSuffix(alias)}`);
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && options.allowInsecureHttp !== true) {
    throw wrong(alias, `must use https: http is allowed to this machine only, not to ${url.hostname}`);
  }
  url.hash = '';
  const bearerToken = options.authTokens?.[alias] ?? options.authToken ?? '';
  if (bearerToken !== '' && !/^[\x21-\x7e]+$/.test(bearerToken)) {
    throw wrong(alias, 'has an access token with characters that an HTTP header can not carry');
  }
  return {
    kind: 'http',
    alias,
    isTrusted,
    url: url.href,
    ...(bearerToken === '' ? {} : { bearerToken }),
  };
}

function parseHostAndPort(options: ParseMcpServersOptions): ServerConfig[] {
  const host = options.host?.trim() ?? '';
  const port = String(options.port ?? '').trim();
  if (host === '' && port === '') return [];
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    throw new InvalidInputError(
      `MCP_PORT must be a port from 1 to 65535${port === '' ? '; it is not set' : ''}`,
    );
  }
  if (!/^[a-z0-9.-]*$|^\[[0-9a-f:.]+\]$|^[0-9a-f:]+$/i.test(host)) {
    throw new InvalidInputError('MCP_HOST must be a host name or an IP address, without scheme or path');
  }
  const name = host === '' ? '127.0.0.1' : host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  const isTrusted = options.trusted?.has('default') ?? false;
  return [parseUrl('default', `http://${name}:${port}/mcp`, isTrusted, options)];
}

/** `my-jira` → `MY_JIRA`: the end of the variable that holds this server's token. */
export function tokenSuffix(alias: string): string {
  return alias.toUpperCase().replaceAll('-', '_');
}

/** Whether `path` is started by our own Node rather than executed. */
export function runsUnderNode(path: string): boolean {
  return nodeExtensions.has(extname(path));
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function wrong(subject: string, problem: string): InvalidInputError {
  return new InvalidInputError(`MCP_SERVERS: ${subject} ${problem}`);
}
