import { escapeJson, visibleJson, visibleLine, visibleText } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createOutput } from '../output.ts';
import { guardTerminal } from './guard-terminal.ts';

/** Any text, thick with what must not come out. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\u001b[2J',
        '\u001b]0;owned\u0007',
        '\u009b31m',
        '\u001b[8m',
        '\u001b[31m',
        '\r',
        '\b',
        '\u007f',
        '\u0000',
        '\u202e',
        '\u2066',
        '\u200b',
        '\u200d',
        '\ufeff',
        '\u00ad',
        '\u115f',
        '\u3164',
        '\ufe0f',
        '\u{e0041}',
        '\ud800',
        '\u2028',
        '\u00a0',
        '\u2800',
      ),
    ),
  )
  .map((parts) => parts.join(''));

const raw = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\p{Variation_Selector}/u;
const obeyed = /(?![\n\t])\p{Cc}|\p{Cf}/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: our own styles are taken away first.
const ownStyle = /\u001b\[(?:1|2|22|3[1-6]|39)m/g;

describe('text from outside on a terminal', () => {
  it('has no control, bidirectional or invisible character left, whatever it was', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(visibleText(text)).not.toMatch(raw);
        expect(visibleLine(text)).not.toMatch(/[\n\t]/);
      }),
    );
  });

  it('reads as it is where there is nothing to hide', () => {
    expect(visibleText('Größe 5 €, 東京, привет 🚀')).toBe('Größe 5 €, 東京, привет 🚀');
  });

  it('is the same JSON value after all that was spelled out', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, fc.oneof(anyText, fc.double(), fc.boolean())), (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as unknown;
        for (const text of [visibleJson(value), visibleJson(value, 2), escapeJson(JSON.stringify(value))]) {
          expect(text).not.toMatch(raw);
          expect(JSON.parse(text)).toEqual(plain);
        }
      }),
    );
  });

  it('passes the last gate with our own few styles, and only where the terminal has them', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(guardTerminal(text, true).replace(ownStyle, '')).not.toContain('\u001b');
        expect(guardTerminal(text, false)).not.toMatch(obeyed);
      }),
    );
    expect(guardTerminal('\u001b[31mred\u001b[39m \u001b[8mhidden', true)).toBe(
      '\u001b[31mred\u001b[39m \\u{1b}[8mhidden',
    );
  });
});

describe('the output', () => {
  it('writes nothing raw, on either stream, with and without colours, as text and as JSON', () => {
    fc.assert(
      fc.property(anyText, fc.boolean(), fc.boolean(), (text, isTTY, json) => {
        let written = '';
        const stream = {
          isTTY,
          columns: 80,
          write: (chunk: string | Uint8Array) => {
            written += String(chunk);
            return true;
          },
        };
        const output = createOutput({ json, env: {}, stdout: stream, stderr: stream });
        output.result({ text }, () => output.colors.red(text));
        output.say(text);
        output.warn(text);
        expect(written.replace(ownStyle, '')).not.toMatch(obeyed);
      }),
    );
  });

  it.each([
    ['on a terminal', true, {}, true],
    ['not in a pipe', false, {}, false],
    ['not with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['not on a dumb terminal', true, { TERM: 'dumb' }, false],
  ])('is coloured %s', (_when, isTTY, env, isColored) => {
    const stream = { isTTY, columns: 80, write: () => true };
    const { colors } = createOutput({ json: false, env, stdout: stream, stderr: stream });
    expect(colors.red('x') !== 'x').toBe(isColored);
  });
});
