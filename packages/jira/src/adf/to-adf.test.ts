import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { adfText, findAdfProblem } from '../../../local/src/emulators/jira-adf-check.ts';
import { toAdf } from './to-adf.ts';

const blocks = (text: string) => toAdf(text).content;
const text = (value: string, ...marks: unknown[]) => ({
  type: 'text',
  text: value,
  ...(marks.length === 0 ? {} : { marks }),
});
const link = (href: string) => ({ type: 'link', attrs: { href } });

describe('text to Atlassian Document Format', () => {
  it('makes paragraphs of blank-line separated text and keeps single line breaks', () => {
    expect(blocks('one\r\ntwo\n\n\nthree')).toEqual([
      { type: 'paragraph', content: [text('one'), { type: 'hardBreak' }, text('two')] },
      { type: 'paragraph', content: [text('three')] },
    ]);
  });

  it('makes headings, and no heading of a hash without a space', () => {
    expect(blocks('### Third\n#not')).toEqual([
      { type: 'heading', attrs: { level: 3 }, content: [text('Third')] },
      { type: 'paragraph', content: [text('#not')] },
    ]);
  });

  it('makes nested and numbered lists', () => {
    const item = (value: string, ...children: unknown[]) => ({
      type: 'listItem',
      content: [{ type: 'paragraph', content: [text(value)] }, ...children],
    });
    expect(blocks('- a\n  - b\n  - c\n- d\n3. e\n4. f')).toEqual([
      {
        type: 'bulletList',
        content: [item('a', { type: 'bulletList', content: [item('b'), item('c')] }), item('d')],
      },
      { type: 'orderedList', attrs: { order: 3 }, content: [item('e'), item('f')] },
    ]);
  });

  it('keeps code as it is, even when its fence is never closed', () => {
    expect(blocks('```sh\n# no heading\n  **x**\n```\nafter')).toEqual([
      { type: 'codeBlock', attrs: { language: 'sh' }, content: [text('# no heading\n  **x**')] },
      { type: 'paragraph', content: [text('after')] },
    ]);
    expect(blocks('```\nrest')).toEqual([{ type: 'codeBlock', content: [text('rest')] }]);
  });

  it('links http, https and mailto addresses', () => {
    expect(
      blocks('See [docs](https://x.example/a_(b)) or http://y.example/z. Write [us](mailto:a@x.example)!'),
    ).toEqual([
      {
        type: 'paragraph',
        content: [
          text('See '),
          text('docs', link('https://x.example/a_(b)')),
          text(' or '),
          text('http://y.example/z', link('http://y.example/z')),
          text('. Write '),
          text('us', link('mailto:a@x.example')),
          text('!'),
        ],
      },
    ]);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', '/relative', 'JaVaScRiPt:x'])(
    'leaves a link to %s as plain text',
    (href) => {
      expect(blocks(`[click](${href})`)).toEqual([
        { type: 'paragraph', content: [text(`[click](${href})`)] },
      ]);
    },
  );

  it('marks strong, em and code, and gives code no other mark', () => {
    expect(blocks('**a `b` c** *d* 2*3*4')).toEqual([
      {
        type: 'paragraph',
        content: [
          text('a ', { type: 'strong' }),
          text('b', { type: 'code' }),
          text(' c', { type: 'strong' }),
          text(' '),
          text('d', { type: 'em' }),
          text(' 2*3*4'),
        ],
      },
    ]);
  });

  it('makes a valid document of any text, with links only where they are safe', () => {
    const markup = fc
      .array(
        fc.oneof(
          fc.constantFrom(
            '# ',
            '- ',
            '  - ',
            '1. ',
            '\n',
            '\n\n',
            '```',
            '`',
            '**',
            '*',
            '[a](',
            ')',
            'https://x.example',
            'javascript:x',
            '\t',
            ' ',
          ),
          fc.string({ maxLength: 8 }),
        ),
        { maxLength: 40 },
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(markup, fc.string({ unit: 'binary', maxLength: 200 })), (value) => {
        const document = toAdf(value);
        expect(findAdfProblem(document)).toBeUndefined();
        for (const [, href] of JSON.stringify(document).matchAll(/"href":"([^"]*)"/g))
          expect(href).toMatch(/^(https?:|mailto:)/i);
      }),
      { numRuns: 500 },
    );
  });

  it('loses no word', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z0-9]{1,8}$/), { maxLength: 30 }),
        fc.constantFrom(' ', '\n', '\n\n', '\n- ', ' * ', '\n# '),
        (words, joint) => {
          const flat = (value: string) => value.replace(/[^a-z0-9]/g, '');
          expect(flat(adfText(toAdf(words.join(joint))))).toBe(flat(words.join(joint)));
        },
      ),
    );
  });

  it('stays quick on text that is made to be slow', () => {
    for (const piece of ['[', '**', '`', '*a', '[a](', 'http://', '  - ', '[a](http://x(']) {
      expect(findAdfProblem(toAdf(piece.repeat(Math.floor(32_767 / piece.length))))).toBeUndefined();
    }
  });
});
