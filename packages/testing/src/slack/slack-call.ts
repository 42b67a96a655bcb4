/** The arguments of one Web API call, whatever content type carried them; values that hold JSON are parsed. */
export type SlackArguments = Readonly<Record<string, unknown>>;

/** What Slack answers with status 200: `ok` says whether it was done. */
export type SlackAnswer = { readonly ok: boolean; readonly error?: string } & Readonly<
  Record<string, unknown>
>;

export function refuse(error: string, more: Readonly<Record<string, unknown>> = {}): SlackAnswer {
  return { ok: false, error, ...more };
}

/** Messages about single blocks come both ways: as `errors` and as what the official client logs. */
export function refuseBlocks(errors: readonly string[], error = 'invalid_blocks'): SlackAnswer {
  return refuse(error, {
    errors,
    response_metadata: { messages: errors.map((message) => `[ERROR] ${message}`) },
  });
}

const jsonArguments = new Set([
  'blocks',
  'attachments',
  'chunks',
  'metadata',
  'view',
  'loading_messages',
  'sources',
]);

/** Form-encoded bodies hold JSON inside, as the official clients send it. */
export function parseSlackArguments(contentType: string, body: string): SlackArguments | undefined {
  try {
    if (contentType.startsWith('application/json')) return JSON.parse(body === '' ? '{}' : body);
    return Object.fromEntries(
      [...new URLSearchParams(body)].map(([name, value]) => [
        name,
        jsonArguments.has(name) && value !== '' ? JSON.parse(value) : value,
      ]),
    );
  } catch {
    return undefined;
  }
}

export function textOf(args: SlackArguments, name: string): string {
  const value = args[name];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

export function listOf(args: SlackArguments, name: string): readonly Record<string, unknown>[] | undefined {
  const value = args[name];
  return Array.isArray(value) ? value : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
