const entities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&' };

/**
 * What a person typed, from what Slack made of it: the bot's mention out, links as their target (their label is whatever
 * the sender wants it to be), channels and groups by name, entities decoded. Mentions of people stay `<@U123>`.
 */
export function plainText(text: string, botUserId: string | undefined): string {
  return text
    .replace(/<([^<>]*)>/g, (_token, inner: string) => plainToken(inner, botUserId))
    .replace(/&(lt|gt|amp);/g, (entity) => entities[entity] ?? entity)
    .replace(/[ \t]{2,}/g, ' ')
    .trim();
}

function plainToken(inner: string, botUserId: string | undefined): string {
  const [target = '', label] = inner.split('|', 2);
  if (target.startsWith('@')) return target === `@${botUserId}` ? ' ' : `<${target}>`;
  if (target.startsWith('#')) return label === undefined || label === '' ? `<${target}>` : `#${label}`;
  if (target.startsWith('!')) return label ?? `@${target.slice(1)}`;
  return target.replace(/^(mailto|tel):/, '');
}

/** Whether the text mentions this person or bot. */
export function mentions(text: string, userId: string | undefined): boolean {
  return userId !== undefined && new RegExp(`<@${userId}(\\|[^>]*)?>`).test(text);
}
