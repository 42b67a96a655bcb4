type Node = Readonly<Record<string, unknown>>;

const blocks = [
  'paragraph',
  'heading',
  'bulletList',
  'orderedList',
  'codeBlock',
  'blockquote',
  'rule',
  'panel',
  'table',
  'mediaSingle',
];
const inlines = ['text', 'hardBreak', 'mention', 'emoji', 'inlineCard', 'date', 'status'];

/** Which nodes may stand in which, for the common part of Atlassian Document Format; a missing entry means a leaf. */
const allowedContent: Readonly<Record<string, readonly string[]>> = {
  doc: blocks,
  paragraph: inlines,
  heading: inlines,
  bulletList: ['listItem'],
  orderedList: ['listItem'],
  listItem: ['paragraph', 'bulletList', 'orderedList', 'codeBlock', 'mediaSingle'],
  codeBlock: ['text'],
  blockquote: ['paragraph', 'bulletList', 'orderedList', 'codeBlock'],
  panel: ['paragraph', 'heading', 'bulletList', 'orderedList', 'codeBlock'],
};
const mustHaveContent = new Set(['bulletList', 'orderedList', 'listItem', 'blockquote']);
const knownMarks = new Set(['strong', 'em', 'code', 'link', 'strike', 'underline', 'subsup', 'textColor']);

/** Undefined for a valid document, else what is wrong and where. */
export function findAdfProblem(value: unknown): string | undefined {
  if (!isNode(value) || value.type !== 'doc') return 'the root must be a doc node';
  if (value.version !== 1) return 'version must be 1';
  if (!Array.isArray(value.content)) return 'doc needs content';
  return findProblem(value, 'doc');
}

/** The text that a reader sees, for length limits. */
export function adfText(value: unknown): string {
  if (!isNode(value)) return '';
  const own = typeof value.text === 'string' ? value.text : '';
  return Array.isArray(value.content) ? own + value.content.map(adfText).join('') : own;
}

function findProblem(node: Node, path: string): string | undefined {
  const type = String(node.type);
  if (type === 'text') return findTextProblem(node, path);
  if (type === 'heading') {
    const level = isNode(node.attrs) ? node.attrs.level : undefined;
    if (typeof level !== 'number' || !Number.isInteger(level) || level < 1 || level > 6)
      return `${path}: heading level must be 1 to 6`;
  }
  const content = node.content ?? [];
  if (!Array.isArray(content)) return `${path}: content must be an array`;
  if (mustHaveContent.has(type) && content.length === 0) return `${path}: ${type} must not be empty`;
  if (type === 'listItem' && isNode(content[0]) && String(content[0].type).endsWith('List'))
    return `${path}: a list item must not begin with a list`;
  const allowed = allowedContent[type];
  for (const [index, child] of content.entries()) {
    const at = `${path}.content[${index}]`;
    if (!isNode(child)) return `${at}: must be a node`;
    if (allowed === undefined || !allowed.includes(String(child.type)))
      return `${at}: ${String(child.type)} is not allowed in ${type}`;
    if (type === 'codeBlock' && child.marks !== undefined) return `${at}: text in a code block has no marks`;
    const problem = findProblem(child, at);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function findTextProblem(node: Node, path: string): string | undefined {
  if (typeof node.text !== 'string' || node.text === '') return `${path}: text must not be empty`;
  const marks = node.marks ?? [];
  if (!Array.isArray(marks)) return `${path}: marks must be an array`;
  const types = marks.map((mark) => (isNode(mark) ? String(mark.type) : ''));
  if (new Set(types).size !== types.length) return `${path}: a mark stands twice`;
  for (const [index, type] of types.entries()) {
    if (!knownMarks.has(type)) return `${path}: unknown mark ${type}`;
    const mark: unknown = marks[index];
    if (type === 'link' && (!isNode(mark) || !isNode(mark.attrs) || typeof mark.attrs.href !== 'string'))
      return `${path}: a link needs an href`;
  }
  if (types.includes('code') && types.some((type) => type !== 'code' && type !== 'link'))
    return `${path}: code goes with link only`;
  return undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
