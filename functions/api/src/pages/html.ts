import { visibleText } from '@hitl/core';

/** Markup that is ours. Only `html` makes it, so text from outside can't become one. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | readonly Part[] | undefined;

/** A template whose values are shown as text: escaped, and with everything that can't be seen spelled out. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, index) => `${text}${render(parts[index])}`).join(''));
}

function render(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(render).join('');
  return visibleText(String(part)).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
