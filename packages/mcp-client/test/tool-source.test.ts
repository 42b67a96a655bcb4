import { InvalidInputError, type ToolDefinition, UnavailableError } from '@hitl/core';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createMcpToolSource, type McpToolSourceOptions, type ServerConfig } from '../src/index.ts';
import { startFaultHttpServer } from './fixtures/fault-http-server.ts';
import { type ServerScript, scriptServer, startScripted } from './fixtures/in-process-server.ts';
import { acceptAll, openSource } from './fixtures/tool-source.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  while (cleanUps.length > 0) await cleanUps.pop()?.();
});

function open(script: ServerScript, options: Partial<McpToolSourceOptions> = {}) {
  const servers: ServerConfig[] = [{ kind: 'builtin', alias: 'ops', isTrusted: true, name: 'scripted' }];
  const opened = openSource({ servers, builtins: { scripted: () => startScripted(script) }, ...options });
  cleanUps.push(opened.close);
  return opened;
}

const object = { type: 'object' };
const tool = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  description: name,
  inputSchema: object,
  ...more,
});
const digestOfListed = async (script: ServerScript) => (await open(script).source.list()).tools[0]?.digest;

describe('the tool list', () => {
  it('a tool with an outputSchema that can not be compiled costs only the check of its output, with a warning', async () => {
    const warnings: string[] = [];
    const script = scriptServer([tool('bad', { outputSchema: { type: 'objekt' } }), tool('good')]);
    const { source, call } = open(script, { onWarning: (message) => warnings.push(message) });
    const listing = await source.list();
    expect(listing.tools.map((found) => [found.tool, found.output_schema])).toEqual([
      ['bad', undefined],
      ['good', undefined],
    ]);
    expect(warnings[0]).toContain('ops/bad: outputs are not checked');
    expect(await call('ops/bad')).toMatchObject({ kind: 'succeeded' });
  });

  it('a tool with an inputSchema that is not an object schema costs that tool only', async () => {
    const script = scriptServer([
      tool('text', { inputSchema: { type: 'string' } }),
      tool('none', { inputSchema: undefined }),
      tool('broken', { inputSchema: { type: 'object', properties: { a: { type: 'nothing' } } } }),
      tool('dialect', { inputSchema: { type: 'object', $schema: 'https://example.com/my-own' } }),
      tool('good'),
    ]);
    const { tools, dropped } = await open(script).source.list();
    expect(tools.map((found) => found.tool)).toEqual(['good']);
    expect(dropped.map(({ tool: name, reason }) => `${name}: ${reason}`)).toEqual([
      expect.stringContaining('broken: inputSchema can not be compiled'),
      expect.stringContaining('dialect: inputSchema can not be compiled: a $schema of an unknown dialect'),
      expect.stringContaining('none: inputSchema'),
      'text: inputSchema must have type "object"',
    ]);
  });

  it('drops what is no tool, what is listed twice, task-only tools and names with invisible characters, each with its reason', async () => {
    const script = scriptServer([
      { nonsense: true },
      tool('twice'),
      tool('twice', { description: 'another' }),
      tool('task', { execution: { taskSupport: 'required' } }),
      tool('zero\u200bwidth'),
      tool('half \ud800'),
      tool('good'),
    ]);
    const { tools, dropped } = await open(script).source.list();
    expect(tools.map((found) => found.tool)).toEqual(['good']);
    expect(dropped.map(({ tool: name, reason }) => `${name}: ${reason}`)).toEqual([
      expect.stringContaining('(no name): name'),
      expect.stringContaining('half : name holds invisible characters'),
      'task: can only run as a task, which is not supported',
      'twice: is listed more than once',
      'zerowidth: name holds invisible characters',
    ]);
  });

  it('cleans what models read of invisible characters, but pins what the server sent', async () => {
    const hidden = '\u200b\u202e\u{e0041}\u0007';
    const inputSchema = {
      type: 'object',
      properties: { a: { description: `A${hidden}`, enum: [`x${hidden}`] }, description: { type: 'string' } },
    };
    const script = scriptServer([
      tool('t', { title: `T${hidden}`, description: `D${hidden}\nline`, inputSchema }),
    ]);
    const [listed] = (await open(script).source.list()).tools;
    expect(listed).toMatchObject({
      title: 'T',
      description: 'D\nline',
      input_schema: {
        properties: { a: { description: 'A', enum: [`x${hidden}`] }, description: { type: 'string' } },
      },
    });
    const clean = scriptServer([tool('t', { title: 'T', description: 'D\nline', inputSchema })]);
    expect(await digestOfListed(clean)).not.toBe(listed?.digest);
  });

  it.each([
    ['description', { description: 'other' }],
    ['title', { title: 'other' }],
    ['an input property', { inputSchema: { type: 'object', properties: { a: {} } } }],
    ['the output schema', { outputSchema: { type: 'object', properties: { a: {} } } }],
    ['an annotation', { annotations: { readOnlyHint: true } }],
    ['_meta', { _meta: { a: 1 } }],
    ['a member that no specification names yet', { later: true }],
  ])('gives another digest when %s changes', async (_what, change) => {
    const before = await digestOfListed(scriptServer([tool('t')]));
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    expect(await digestOfListed(scriptServer([tool('t')]))).toBe(before);
    expect(await digestOfListed(scriptServer([tool('t', change)]))).not.toBe(before);
  });

  it('refuses a built-in that does not exist and an alias that is given twice', () => {
    const server: ServerConfig = { kind: 'builtin', alias: 'ops', isTrusted: true, name: 'nope' };
    expect(() => createMcpToolSource({ servers: [server], pins: acceptAll })).toThrow(
      'MCP_SERVERS: ops names the built-in server nope, which does not exist (there is: none)',
    );
    const builtins = { nope: () => startScripted(scriptServer([])) };
    expect(() => createMcpToolSource({ servers: [server, server], builtins, pins: acceptAll })).toThrow(
      'twice',
    );
  });

  it('starts no server before it is needed, and several in parallel', async () => {
    let started = 0;
    let letGo: () => void = () => {};
    const bothStarted = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const start = async () => {
      started += 1;
      if (started === 2) letGo();
      await bothStarted;
      return startScripted(scriptServer([tool('t')]));
    };
    const { source } = openSource({
      servers: ['a', 'b'].map((alias) => ({ kind: 'builtin', alias, isTrusted: true, name: 'slow' })),
      builtins: { slow: start },
    });
    cleanUps.push(() => source.close());
    expect(started).toBe(0);
    expect((await source.list()).tools.map((found) => found.wire_name)).toEqual(['a__t', 'b__t']);
  });
});

describe('tools of servers that are not ours', () => {
  it('stay in quarantine until a person has accepted that very definition', async () => {
    const server = await startFaultHttpServer();
    cleanUps.push(server.close);
    const accepted = new Set<string>();
    const source = createMcpToolSource({
      servers: [{ kind: 'http', alias: 'web', isTrusted: true, url: server.url }],
      pins: { isAccepted: async (name, digest) => accepted.has(`${name} ${digest}`) },
    });
    cleanUps.push(() => source.close());
    const echo = (await source.list()).quarantined.find((found) => found.tool === 'echo') as ToolDefinition;
    const call = () =>
      source.call({ server: 'web', tool: 'echo', arguments: {} }, echo.digest, {
        timeoutMs: 5000,
        idempotencyKey: 'k',
      });
    expect((await source.list()).tools).toEqual([]);
    expect(await call()).toMatchObject({ kind: 'not_sent', code: 'tool_not_accepted' });

    accepted.add(`web/echo ${echo.digest}`);
    expect(await call()).toMatchObject({ kind: 'succeeded' });
    expect((await source.list()).tools).toEqual([echo]);

    server.changeDescription('something new');
    const changed = await source.list();
    expect(changed.tools).toEqual([]);
    expect(changed.quarantined.map((found) => found.tool)).toContain('echo');
    expect(await call()).toMatchObject({ kind: 'not_sent', code: 'tool_definition_changed' });

    server.changeDescription('does what its name says');
    await source.list();
    expect(await call()).toMatchObject({ kind: 'succeeded' });
    accepted.clear();
    await source.list();
    expect(await call()).toMatchObject({ kind: 'not_sent', code: 'tool_not_accepted' });
    expect(server.seen.calls).toEqual(['echo', 'echo']);
  });

  it('are all in quarantine when the acceptances can not be read', async () => {
    const server = await startFaultHttpServer();
    cleanUps.push(server.close);
    const { source, close } = openSource({
      servers: [{ kind: 'http', alias: 'web', isTrusted: true, url: server.url }],
      pins: {
        isAccepted: async () => {
          throw new Error('no table');
        },
      },
    });
    cleanUps.push(close);
    const listing = await source.list();
    expect(listing.tools).toEqual([]);
    expect(listing.quarantined.length).toBeGreaterThan(0);
  });
});

describe('a call', () => {
  it('is refused when the server announced a change and the definition is another one now', async () => {
    const script = scriptServer([tool('t')]);
    const { call } = open(script);
    await call('ops/t');
    script.tools = [tool('t', { description: 'does something else now' })];
    await script.servers[0]?.sendToolListChanged();
    expect(await call('ops/t')).toMatchObject({ kind: 'not_sent', code: 'tool_definition_changed' });
    script.tools = [];
    await script.servers[0]?.sendToolListChanged();
    expect(await call('ops/t')).toMatchObject({ kind: 'not_sent', code: 'tool_definition_changed' });
    expect(script.calls).toEqual(['t']);
  });

  it('is refused when the definition changed without a word and the listing is too old to rest on', async () => {
    const script = scriptServer([tool('t')]);
    let nowMs = 0;
    const { call } = open(script, { clock: { now: () => nowMs }, maxListingAgeMs: 60_000 });
    await call('ops/t');
    script.tools = [tool('t', { annotations: { readOnlyHint: true } })];
    nowMs = 60_001;
    expect(await call('ops/t')).toMatchObject({ kind: 'not_sent', code: 'tool_definition_changed' });
  });

  it('with wrong arguments never reaches the server, and the message names the field but not the value', async () => {
    const script = scriptServer([
      tool('t', {
        inputSchema: {
          type: 'object',
          properties: { user: { type: 'string' }, role: { enum: ['a', 'b'] } },
          required: ['user'],
          additionalProperties: false,
        },
      }),
    ]);
    const { call } = open(script);
    const messages = [];
    for (const args of [{}, { user: 7 }, { user: 'u', role: 'hunter2' }, { user: 'u', more: 1 }]) {
      messages.push(await call('ops/t', args));
    }
    expect(messages).toEqual(
      [
        "arguments: must have required property 'user'",
        'arguments: user must be string',
        'arguments: role must be equal to one of the allowed values (a, b)',
        'arguments: must NOT have additional properties (more)',
      ].map((message) => ({ kind: 'failed', code: 'invalid_arguments', message })),
    );
    expect(script.calls).toEqual([]);
  });

  it.each([
    'http://json-schema.org/draft-07/schema#',
    'https://json-schema.org/draft/2020-12/schema',
    undefined,
  ])('has its arguments checked in the dialect of the schema (%s)', async ($schema) => {
    const list = $schema?.includes('draft-07')
      ? { type: 'array', items: [{ type: 'string' }] }
      : { type: 'array', prefixItems: [{ type: 'string' }] };
    const script = scriptServer([
      tool('t', { inputSchema: { type: 'object', $schema, properties: { list } } }),
    ]);
    const { call } = open(script);
    expect(await call('ops/t', { list: [1] })).toMatchObject({ code: 'invalid_arguments' });
    expect(await call('ops/t', { list: ['a'] })).toMatchObject({ kind: 'succeeded' });
  });

  it('whose structured result breaks the output schema succeeded, with a warning and what came', async () => {
    const outputSchema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] };
    const script = scriptServer([tool('t', { outputSchema })], () => ({
      content: [{ type: 'text', text: 'created' }],
      structuredContent: { n: 'one' },
    }));
    const { call } = open(script);
    const outcome = await call('ops/t');
    expect(outcome).toMatchObject({
      kind: 'succeeded',
      content: [
        { type: 'text', text: 'created' },
        {
          text: expect.stringContaining('does not match its output schema: n must be number'),
          _meta: { 'hitl-mcp/unvalidated-structured-content': { n: 'one' } },
        },
      ],
    });
    expect(outcome).not.toHaveProperty('structured');
    expect(script.calls).toEqual(['t']);
  });

  it('keeps structured and non-text content and the upstream request id', async () => {
    const image = { type: 'image', data: 'AAAA', mimeType: 'image/png' };
    const script = scriptServer([tool('t')], () => ({
      content: [image],
      structuredContent: { a: 1 },
      _meta: { 'hitl-mcp/upstream-request-id': 'req-7' },
    }));
    expect(await open(script).call('ops/t')).toEqual({
      kind: 'succeeded',
      content: [image],
      structured: { a: 1 },
      upstream_request_id: 'req-7',
    });
  });

  it('returns only what a record can hold, whatever the server sent', async () => {
    const script = scriptServer([tool('t')], () => ({
      content: [{ type: 'text', text: 'half \ud800' }],
      structuredContent: { n: Number.NaN, f: () => 1 },
    }));
    expect(await open(script).call('ops/t')).toEqual({
      kind: 'succeeded',
      content: [{ type: 'text', text: 'half \ufffd' }],
      structured: { n: null },
    });
  });

  it('to a server or tool that does not exist is not sent', async () => {
    const script = scriptServer([tool('t')]);
    const { source } = open(script);
    const options = { timeoutMs: 1000, idempotencyKey: 'k' };
    expect(await source.call({ server: 'x', tool: 't', arguments: {} }, '', options)).toMatchObject({
      kind: 'not_sent',
      code: 'unknown_server',
    });
    expect(await source.call({ server: 'ops', tool: 'x', arguments: {} }, '', options)).toMatchObject({
      kind: 'not_sent',
    });
  });
});

describe('a preview', () => {
  const preview = {
    summary: 'one more',
    changes: [{ path: 'users', before: 1, after: 2 }],
    state_digest: 's1',
  };
  const withCompanion = (companion: Record<string, unknown> = {}) => [
    tool('add', {
      _meta: { 'hitl-mcp/preview': 'add_preview' },
      inputSchema: { type: 'object', required: ['user'] },
    }),
    tool('add_preview', { annotations: { readOnlyHint: true }, ...companion }),
  ];
  const previewOf = async (script: ServerScript, args = { user: 'u' }) => {
    const { source } = open(script);
    const [add] = (await source.list()).tools;
    return source.preview(add as ToolDefinition, args, { timeoutMs: 1000 });
  };

  it('is asked of the companion tool, which is not offered itself', async () => {
    const script = scriptServer(withCompanion(), () => ({ content: [], structuredContent: preview }));
    const { source } = open(script);
    const { tools } = await source.list();
    expect(tools.map((found) => [found.tool, found.preview_tool])).toEqual([['add', 'add_preview']]);
    expect(await source.preview(tools[0] as ToolDefinition, { user: 'u' }, { timeoutMs: 1000 })).toEqual(
      preview,
    );
    expect(script.calls).toEqual(['add_preview']);
  });

  it('of a tool without a companion is undefined', async () => {
    expect(await previewOf(scriptServer([tool('plain')]))).toBeUndefined();
  });

  it('changes the pin of the tool when the companion changes', async () => {
    expect(await digestOfListed(scriptServer(withCompanion()))).not.toBe(
      await digestOfListed(scriptServer(withCompanion({ description: 'other' }))),
    );
  });

  it('that the server refuses tells its reason as invalid input; wrong arguments are not sent at all', async () => {
    const script = scriptServer(withCompanion(), () => ({
      isError: true,
      content: [{ type: 'text', text: 'there is no user u' }],
    }));
    await expect(previewOf(script)).rejects.toThrow(new InvalidInputError('there is no user u'));
    await expect(previewOf(script, {} as never)).rejects.toThrow(InvalidInputError);
    expect(script.calls).toEqual(['add_preview']);
  });

  it('that is malformed is unavailable', async () => {
    const script = scriptServer(withCompanion(), () => ({ content: [], structuredContent: { summary: 1 } }));
    await expect(previewOf(script)).rejects.toThrow(UnavailableError);
  });

  it('of a tool that changed says just that', async () => {
    const script = scriptServer(withCompanion());
    const { source } = open(script);
    const [add] = (await source.list()).tools;
    script.tools = withCompanion({ description: 'other' });
    await source.list();
    const preview = source.preview(add as ToolDefinition, { user: 'u' }, { timeoutMs: 1000 });
    await expect(preview).rejects.toMatchObject({
      code: 'tool_definition_changed',
      message: 'ops/add is no longer the tool that was listed',
    });
  });

  it('that never comes is unavailable in time', async () => {
    const script = scriptServer(withCompanion(), () => new Promise(() => {}));
    const { source } = open(script);
    const [add] = (await source.list()).tools;
    await expect(source.preview(add as ToolDefinition, { user: 'u' }, { timeoutMs: 50 })).rejects.toThrow(
      UnavailableError,
    );
  });

  it('declared with a companion that may write: the tool is not offered', async () => {
    const { tools, dropped } = await open(
      scriptServer(withCompanion({ annotations: { readOnlyHint: false } })),
    ).source.list();
    expect(tools.map((found) => found.tool)).toEqual(['add_preview']);
    expect(dropped[0]).toMatchObject({ tool: 'add', reason: expect.stringContaining('readOnlyHint') });
  });
});

describe('an error of a server that may not be the end of it', () => {
  const failing = (code: string) =>
    scriptServer([tool('change'), tool('look', { annotations: { readOnlyHint: true } })], () => ({
      isError: true,
      content: [{ type: 'text', text: `${code}: no answer from upstream` }],
      _meta: { 'hitl-mcp/error': { code } },
    }));

  it.each(['outcome_unknown', 'internal'])(
    'is an unknown outcome when a trusted server says %s',
    async (code) => {
      const outcome = await open(failing(code)).call('ops/change');
      expect(outcome).toEqual({ kind: 'unknown', message: `${code}: no answer from upstream` });
    },
  );

  it('is a failure when it broke down while it only looked, or says that it failed', async () => {
    expect(await open(failing('internal')).call('ops/look')).toMatchObject({ kind: 'failed' });
    expect(await open(failing('conflict')).call('ops/change')).toMatchObject({ code: 'tool_error' });
  });

  it('is a failure when a server says so that nobody configured as trusted', async () => {
    const servers: ServerConfig[] = [
      { kind: 'builtin', alias: 'ops', isTrusted: false, name: 'scripted' } as never,
    ];
    const { call } = open(failing('outcome_unknown'), { servers });
    expect(await call('ops/change')).toMatchObject({ kind: 'failed', code: 'tool_error' });
  });
});
