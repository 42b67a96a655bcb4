/** Something in a request whose form alone says what it is. */
export interface Entity {
  readonly kind: 'email' | 'arn' | 'account' | 'domain' | 'path' | 'url' | 'quoted';
  readonly value: string;
}

/** The request with every entity replaced by `@N`, so that no word or full stop inside one can be taken for an order. */
export interface MaskedRequest {
  readonly text: string;
  readonly entities: readonly Entity[];
}

const emailShape = String.raw`[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?)+`;
const shapes: readonly { readonly kind: Entity['kind']; readonly pattern: RegExp }[] = [
  {
    kind: 'quoted',
    pattern:
      /"([^"\n]{1,2000})"|“([^”\n]{1,2000})”|`([^`\n]{1,2000})`|(?<=^|\s)‘([^’\n]{1,2000})’|(?<=^|[\s([:,])'([^'\n]{1,2000})'(?=$|[\s.,;:!?)\]])/gu,
  },
  { kind: 'arn', pattern: /\barn:[\w-]+:[\w-]*:[\w-]*:\d*:[^\s,;"'<>]*[\w/-]/gu },
  { kind: 'url', pattern: /\bhttps?:\/\/[^\s<>"']*[^\s<>"'.,;!?)]/gu },
  { kind: 'email', pattern: new RegExp(emailShape, 'gu') },
  // Dotted or numbered names with a colon inside, such as template keys and account ids of Jira.
  { kind: 'quoted', pattern: /(?<![\w@.-])(?=[\w.-]*[\d.])[\w.-]+:[\w:.-]{7,}\w/gu },
  { kind: 'account', pattern: /(?<![\w-])(?:\d{12}|\d{4}-\d{4}-\d{4})(?![\w-])/gu },
  { kind: 'path', pattern: /(?<=^|\s)\/[\p{L}\p{N}_./-]*[\p{L}\p{N}_-]/gu },
  {
    kind: 'domain',
    pattern: /(?<![\w@.-])(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+\p{L}{2,}(?![\w@])/gu,
  },
];

/** Finds entities, longest meaning first: what stands in quotation marks is one thing, whatever it holds. */
export function findEntities(request: string): MaskedRequest {
  const entities: Entity[] = [];
  let text = unwrapChatLinks(request);
  // No mask may be forged by the request itself.
  text = text.replace(/@(?=\d)/g, '@ ');
  for (const { kind, pattern } of shapes) {
    text = text.replace(pattern, (whole, ...groups) => {
      if (/@\d+\b/.test(whole) && !/^["“`'‘]/.test(whole)) return whole;
      const inner = groups.slice(0, -2).find((group): group is string => typeof group === 'string');
      const value =
        kind === 'quoted'
          ? unmask(inner ?? whole, entities)
          : kind === 'account'
            ? whole.replaceAll('-', '')
            : whole;
      entities.push({ kind: kind === 'quoted' ? kindOfQuoted(value) : kind, value });
      return ` @${entities.length - 1} `;
    });
  }
  return { text, entities };
}

/** `<mailto:a@x.com|a@x.com>` and `<http://x.com|x.com>`, as chat systems send what a person typed plainly. */
function unwrapChatLinks(text: string): string {
  return text
    .replace(/<mailto:([^|>\s]+)(?:\|[^>]*)?>/g, '$1')
    .replace(/<https?:\/\/[^|>\s]+\|([^>]+)>/g, '$1')
    .replace(/(?<=\p{L})’(?=(?:s|t|d|m|re|ll|ve)(?!\p{L}))/gu, "'");
}

function unmask(text: string, entities: readonly Entity[]): string {
  return text.replace(/\s?@(\d+)\s?/g, (whole, index: string) => entities[Number(index)]?.value ?? whole);
}

/** Quotation marks around an address or ARN don't make it a text. */
function kindOfQuoted(value: string): Entity['kind'] {
  for (const { kind, pattern } of shapes) {
    if (kind !== 'quoted' && kind !== 'path' && new RegExp(`^(?:${pattern.source})$`, 'u').test(value))
      return kind;
  }
  return 'quoted';
}
