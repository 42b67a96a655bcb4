type Node = Readonly<Record<string, unknown>>;

function isNode(value: unknown): value is Node {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Every object inside a value, itself first. */
export function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const item of value) yield* nodesOf(item);
  if (!isNode(value)) return;
  yield value;
  for (const member of Object.values(value)) yield* nodesOf(member);
}

/** What Slack would act on or parse: mentions, links, addresses, and texts in its own markup. */
export function livePartsOf(blocks: unknown): Node[] {
  const live = new Set([
    'user',
    'usergroup',
    'broadcast',
    'channel',
    'team',
    'link',
    'mrkdwn',
    'markdown',
    'emoji',
    'image',
  ]);
  return [...nodesOf(blocks)].filter(
    (node) => live.has(String(node.type)) || 'url' in node || 'image_url' in node,
  );
}

/** All text leaves, one after the other. */
export function textOfBlocks(blocks: unknown): string {
  return [...nodesOf(blocks)]
    .flatMap((node) => (typeof node.text === 'string' ? [node.text] : []))
    .join('\n');
}

export function actionIdsOf(blocks: unknown): string[] {
  return [...nodesOf(blocks)].flatMap((node) => (typeof node.action_id === 'string' ? [node.action_id] : []));
}
