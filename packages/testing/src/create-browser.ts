import { type PageForm, readForms } from './read-forms.ts';

/** What stands in the window after an answer. */
export interface BrowserPage {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly forms: readonly PageForm[];
}

export interface BrowserOptions {
  /** Who answers below an origin; default is the network. */
  readonly sites?: Readonly<Record<string, (request: Request) => Promise<Response>>>;
}

export interface Browser {
  /** A click on a link. Goes where it is sent, unless `follow` is false. */
  visit(
    url: string,
    options?: { readonly follow?: boolean; readonly method?: 'GET' | 'HEAD' },
  ): Promise<BrowserPage>;
  /** Sends one of the forms of a page, with what the person filled in. `from` is another page than the form's own. */
  submit(
    page: BrowserPage,
    form: PageForm,
    filled?: Readonly<Record<string, string>>,
    options?: { readonly from?: string },
  ): Promise<BrowserPage>;
  cookie(origin: string, name: string): string | undefined;
  setCookie(origin: string, name: string, value: string): void;
}

const maxRedirects = 10;

/**
 * A person's browser, as far as a login needs one: cookies per host by the rules of `__Host-` and `SameSite=Lax`, redirects, and forms
 * with the headers that say where they come from.
 */
export function createBrowser({ sites = {} }: BrowserOptions = {}): Browser {
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (origin: string): Map<string, string> => {
    const jar = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, jar);
    return jar;
  };

  async function ask(url: URL, init: { method: string; headers: Headers; body?: string }): Promise<Response> {
    const jar = jarOf(url.origin);
    const isCrossSitePost = init.method === 'POST' && init.headers.get('sec-fetch-site') !== 'same-origin';
    if (jar.size > 0 && !isCrossSitePost)
      init.headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    const request = new Request(url, { ...init, redirect: 'manual' });
    const response = await (sites[url.origin] ?? fetch)(request);
    for (const line of response.headers.getSetCookie()) keep(jar, line);
    return response;
  }

  async function load(first: Response, from: URL, follow: boolean): Promise<BrowserPage> {
    let [response, at] = [first, from];
    for (let hops = 0; ; hops += 1) {
      const location = response.headers.get('location');
      if (!follow || location === null || response.status < 300 || response.status > 399) break;
      if (hops === maxRedirects) throw new Error(`${from.href} goes round in circles`);
      await response.body?.cancel();
      at = new URL(location, at);
      response = await ask(at, { method: 'GET', headers: new Headers({ accept: 'text/html' }) });
    }
    const text = await response.text();
    return { url: at.href, status: response.status, headers: response.headers, text, forms: readForms(text) };
  }

  return {
    async visit(url, { follow = true, method = 'GET' } = {}) {
      const at = new URL(url);
      return load(await ask(at, { method, headers: new Headers({ accept: 'text/html' }) }), at, follow);
    },
    async submit(page, form, filled = {}, { from = page.url } = {}) {
      const at = new URL(form.action, page.url);
      const { origin } = new URL(from);
      const headers = new Headers({
        accept: 'text/html',
        'content-type': 'application/x-www-form-urlencoded',
        origin,
        'sec-fetch-site': origin === at.origin ? 'same-origin' : 'cross-site',
      });
      const body = new URLSearchParams({ ...form.fields, ...filled }).toString();
      return load(await ask(at, { method: 'POST', headers, body }), at, true);
    },
    cookie: (origin, name) => jarOf(origin).get(name),
    setCookie: (origin, name, value) => void jarOf(origin).set(name, value),
  };
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
  const [name = '', value = ''] = pair.split('=', 2);
  const flags = new Set(attributes.map((attribute) => attribute.toLowerCase()));
  const isHostOnly = flags.has('secure') && flags.has('path=/') && !/;\s*domain=/i.test(line);
  // A browser drops what breaks the promise of its name.
  if (name.startsWith('__Host-') && !isHostOnly) return;
  if (flags.has('max-age=0')) jar.delete(name);
  else jar.set(name, value);
}
