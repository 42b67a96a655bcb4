export interface PageForm {
  /** As it stands in the page. */
  readonly action: string;
  /** What the form sends if nobody touches it: hidden inputs and textareas. */
  readonly fields: Readonly<Record<string, string>>;
  /** Name and value of each button that has them. */
  readonly buttons: readonly { readonly name: string; readonly value: string }[];
}

/** The forms of a page of ours, in order. */
export function readForms(page: string): PageForm[] {
  return [...page.matchAll(/<form ([^>]*)>([\s\S]*?)<\/form>/g)].map(([, attributes = '', inside = '']) => {
    const inputs = [...inside.matchAll(/<input ([^>]*)>/g)]
      .map(([, input = '']) => input)
      .filter((input) => attributeOf(input, 'type') === 'hidden')
      .map((input): [string, string] => [attributeOf(input, 'name'), attributeOf(input, 'value')]);
    const areas = [...inside.matchAll(/<textarea ([^>]*)>([\s\S]*?)<\/textarea>/g)].map(
      // A browser sends every line break as CR LF.
      ([, area = '', text = '']): [string, string] => [
        attributeOf(area, 'name'),
        decode(text).replaceAll('\n', '\r\n'),
      ],
    );
    const buttons = [...inside.matchAll(/<button ([^>]*)>/g)]
      .map(([, button = '']) => ({ name: attributeOf(button, 'name'), value: attributeOf(button, 'value') }))
      .filter(({ name }) => name !== '');
    return {
      action: attributeOf(attributes, 'action'),
      fields: Object.fromEntries([...inputs, ...areas]),
      buttons,
    };
  });
}

function attributeOf(attributes: string, name: string): string {
  return decode(new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');
}

function decode(text: string): string {
  return text.replace(/&#(\d+);/g, (_entity, code: string) => String.fromCodePoint(Number(code)));
}
