import type { ToolProperty } from './describe-tool.ts';

/** What people call an argument, besides its own name. By the argument's words. */
const synonyms: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(?:first name|given name)$/, ['first name', 'firstname', 'given name', 'forename']],
  [/^(?:last name|family name|surname)$/, ['last name', 'lastname', 'family name', 'surname']],
  [/^org unit/, ['org unit', 'org unit path', 'organizational unit', 'organisational unit', 'ou', 'orgunit']],
  [
    /^(?:max results|limit|page size|count|top|max)$/,
    ['max results', 'limit', 'at most', 'up to', 'first', 'top', 'maximum', 'max', 'limited to', 'limit of'],
  ],
  [/^identity provider$/, ['identity provider', 'saml provider', 'idp']],
  [/^(?:name|title|summary|project name)$/, ['called', 'named', 'titled', 'entitled', 'name', 'title']],
  [/^(?:key|project key)$/, ['project key', 'key']],
  [/^project key$/, ['project']],
  [/^lead account id$/, ['lead account id', 'lead account', 'lead', 'led by']],
  [/type$/, ['of type', 'type']],
  [/^template$/, ['template']],
  [/^query$/, ['query', 'matching']],
];

/** Phrases that introduce a value of this property, longest first. */
export function phrasesOf(property: ToolProperty): readonly string[] {
  const own = property.words.join(' ');
  const phrases = new Set([own, property.words.join(''), property.name.toLowerCase()]);
  for (const [shape, others] of synonyms) if (shape.test(own)) for (const other of others) phrases.add(other);
  return [...phrases].sort((a, b) => b.length - a.length);
}
