import { describe, expect, it } from '@jest/globals';
import { parseMcpServers, tokenSuffix } from './parse-mcp-servers.ts';

describe('MCP_SERVERS', () => {
  it('reads paths, URLs and built-ins', () => {
    const text = ' google=/abs/path/server.js; jira=https://host/mcp ;ops=builtin:jira; ';
    expect(parseMcpServers(text, { authToken: 'shared', trusted: new Set(['google']) })).toEqual([
      { kind: 'stdio', alias: 'google', isTrusted: true, path: '/abs/path/server.js' },
      { kind: 'http', alias: 'jira', isTrusted: false, url: 'https://host/mcp', bearerToken: 'shared' },
      { kind: 'builtin', alias: 'ops', isTrusted: true, name: 'jira' },
    ]);
  });

  it('reads arguments after a path, quoted where they hold spaces', () => {
    expect(parseMcpServers(`fs="/opt/my servers/fs.js" /data 'a b' ""`)).toEqual([
      {
        kind: 'stdio',
        alias: 'fs',
        isTrusted: false,
        path: '/opt/my servers/fs.js',
        args: ['/data', 'a b', ''],
      },
    ]);
  });

  it('gives each URL server its own token before the shared one, and none where its own is empty', () => {
    const servers = parseMcpServers('a=https://a/mcp;b-c=https://b/mcp;d=https://d/mcp', {
      authToken: 'shared',
      authTokens: { 'b-c': 'own', d: '' },
    });
    expect(servers.map((server) => (server.kind === 'http' ? server.bearerToken : 'not http'))).toEqual([
      'shared',
      'own',
      undefined,
    ]);
    expect(tokenSuffix('b-c')).toBe('B_C');
  });

  it('gives a stdio server the environment of its alias', () => {
    expect(parseMcpServers('a=/x.js', { childEnv: { a: { K: 'v' } } })).toMatchObject([{ env: { K: 'v' } }]);
  });

  it('takes MCP_HOST and MCP_PORT alone as one server', () => {
    const [server] = parseMcpServers('', { host: 'localhost', port: '9000', authToken: 't' });
    expect(server).toEqual({
      kind: 'http',
      alias: 'default',
      isTrusted: false,
      url: 'http://localhost:9000/mcp',
      bearerToken: 't',
    });
    expect(parseMcpServers(undefined, { port: 9000 })).toMatchObject([{ url: 'http://127.0.0.1:9000/mcp' }]);
    expect(parseMcpServers('a=builtin:jira', { host: 'localhost', port: '9000' })).toHaveLength(1);
    expect(parseMcpServers('')).toEqual([]);
  });

  it.each([
    ['jira', 'entry 1 must be alias=path, alias=https://… or alias=builtin:name'],
    ['=x', 'entry 1 is not an alias'],
    ['Jira=/x.js', 'Jira is not an alias'],
    ['a--b=/x.js', 'a--b is not an alias'],
    ['abcdefghijklmnopq=/x.js', 'abcdefghijklmnopq is not an alias: at most 16'],
    ['a=', 'a has no target'],
    ['a=/x.js;a=/y.js', 'a is given twice'],
    ['a=server.js', 'a needs an absolute path, a URL or builtin:name, not "server.js"'],
    ['a=npx -y some-server', 'a must not start through npx: install the server'],
    ['a=/usr/bin/uvx thing', 'a must not start through uvx'],
    ['a=sh -c "node x.js"', 'a must not start through sh'],
    ['a="/x.js', 'a has a quotation mark that is never closed'],
    ['a=builtin:', 'a must name a built-in server'],
    ['a=ftp://host/mcp', 'a must use https (or http on this machine), not ftp'],
    ['a=http://host/mcp', 'a must use https: http is allowed to this machine only, not to host'],
    ['a=https://user:pw@host/mcp', 'a must not carry a password in its URL; use MCP_AUTH_TOKEN_A'],
    ['a=https://', 'a has a URL that can not be read'],
  ])('refuses %s', (text, message) => {
    expect(() => parseMcpServers(text)).toThrow(`MCP_SERVERS: ${message}`);
  });

  it('allows http to this machine, and elsewhere only when told so', () => {
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '[::1]']) {
      expect(parseMcpServers(`a=http://${host}:1234/mcp`)).toHaveLength(1);
    }
    expect(parseMcpServers('a=http://host/mcp', { allowInsecureHttp: true })).toHaveLength(1);
    expect(() => parseMcpServers('', { host: 'mcp.example.com', port: '80' })).toThrow('must use https');
  });

  it('refuses a port, a host, a token and a trusted alias that can not be meant, without showing the token', () => {
    expect(() => parseMcpServers('', { host: 'localhost' })).toThrow(
      'MCP_PORT must be a port from 1 to 65535; it is not set',
    );
    expect(() => parseMcpServers('', { port: '70000' })).toThrow('MCP_PORT');
    expect(() => parseMcpServers('', { host: 'http://x', port: '1' })).toThrow('MCP_HOST');
    expect(() => parseMcpServers('a=https://a', { authToken: 'two words' })).toThrow(
      'MCP_SERVERS: a has an access token with characters that an HTTP header can not carry',
    );
    expect(() => parseMcpServers('a=https://a', { trusted: new Set(['b']) })).toThrow('MCP_TRUSTED: b');
  });
});
