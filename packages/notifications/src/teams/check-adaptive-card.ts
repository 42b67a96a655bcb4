/** Teams refuses larger messages; what counts is the whole body in UTF-8. */
export const maxTeamsBytes = 28 * 1024;

const elements: Readonly<Record<string, (element: Json, at: string, fail: Fail) => void>> = {
  TextBlock: (element, at, fail) => checkText(element.text, `${at}.text`, fail),
  RichTextBlock: (element, at, fail) => {
    const inlines = listOf(element.inlines, `${at}.inlines`, fail);
    inlines.forEach((inline, i) => {
      if (inline.type !== 'TextRun') fail(`${at}.inlines[${i}].type`, 'must be TextRun');
      checkText(inline.text, `${at}.inlines[${i}].text`, fail);
    });
  },
  Container: (element, at, fail) => checkElements(element.items, `${at}.items`, fail),
};

type Json = Readonly<Record<string, unknown>>;
type Fail = (path: string, message: string) => void;

/**
 * What Teams would not show, each with its path; empty when nothing. A Workflow answers 202 before anybody looks at the card, so that a
 * wrong one would vanish without a word: it is looked at here.
 */
export function checkAdaptiveCard(
  card: unknown,
  options: { readonly allowLoopback?: boolean } = {},
): string[] {
  const errors: string[] = [];
  const fail: Fail = (path, message) => void errors.push(`${path}: ${message}`);
  if (!isJson(card)) return ['card: must be an object'];
  if (card.type !== 'AdaptiveCard') fail('type', 'must be AdaptiveCard');
  if (card.version !== '1.4') fail('version', 'must be 1.4');
  checkElements(card.body, 'body', fail);
  if (card.actions !== undefined)
    listOf(card.actions, 'actions', fail).forEach((action, i) => {
      const at = `actions[${i}]`;
      if (action.type !== 'Action.OpenUrl')
        fail(`${at}.type`, 'must be Action.OpenUrl, all others need a bot');
      checkText(action.title, `${at}.title`, fail);
      if (!isLink(action.url, options.allowLoopback === true)) fail(`${at}.url`, 'must be an https URL');
    });
  const bytes = Buffer.byteLength(JSON.stringify(card), 'utf8');
  if (bytes >= maxTeamsBytes) fail('card', `must be less than ${maxTeamsBytes} bytes, and is ${bytes}`);
  return errors;
}

function checkElements(value: unknown, at: string, fail: Fail): void {
  const list = listOf(value, at, fail);
  list.forEach((element, i) => {
    const check = Object.hasOwn(elements, String(element.type)) ? elements[String(element.type)] : undefined;
    if (check === undefined) fail(`${at}[${i}].type`, `${String(element.type)} is not used here`);
    else check(element, `${at}[${i}]`, fail);
  });
}

function checkText(value: unknown, at: string, fail: Fail): void {
  if (typeof value !== 'string' || value.length === 0) fail(at, 'must be a text that is not empty');
}

function listOf(value: unknown, at: string, fail: Fail): readonly Json[] {
  if (!Array.isArray(value) || value.length === 0) {
    fail(at, 'must be a list that is not empty');
    return [];
  }
  return value.map((item: unknown) => (isJson(item) ? item : {}));
}

function isJson(value: unknown): value is Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function isLink(value: unknown, allowLoopback: boolean): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || (allowLoopback && (hostname === '127.0.0.1' || hostname === 'localhost'));
}
