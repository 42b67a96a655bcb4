import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { neutraliseMarkdown } from './neutralise-markdown.ts';

const allowedOrigins = new Set(['https://hitl.example']);
const whole = (text: string) => neutraliseMarkdown(text, { isEnd: true, allowedOrigins });

const piece = fc.constantFrom(
  'https://evil.example/x?y=1',
  'http://evil.example',
  'www.evil.example',
  'mailto:a@evil.example',
  'slack://open',
  'HTTPS://EVIL.example',
  'https://hitl.example/runs/1',
  'https://hitl.example@evil.example/',
  '[here](https://evil.example)',
  '[//evil.example](x)',
  '![x](https://evil.example/p.png)',
  '[ours](https://hitl.example/a)',
  '[a]',
  '(https://evil.example)',
  '[a]: https://evil.example',
  '[x][a]',
  '](',
  '[',
  ']',
  '(',
  ')',
  '!',
  '<',
  '>',
  '<https://evil.example|safe>',
  '<@U0VICTIM>',
  '<!channel>',
  '<!subteam^S1>',
  '<#C1>',
  '@channel',
  '@here',
  '`',
  '``',
  '```',
  '````',
  '~~~',
  '```sh',
  '\n```\n',
  '\n',
  '\n',
  ' ',
  ' ',
  '\\',
  '|',
  '*',
  '_',
  'word',
  'a',
  '&lt;',
  '&#60;',
  '"',
  "'",
  '    ',
  '\u202e',
  '\u200b',
  '\r\n',
  '😀',
  '\ud83d',
  'https:',
  '//',
  'see evil.example/x?d=secret',
  'evil.example?d=secret',
  'evil.example:8443/',
  'secret.evil.example',
  'evil.com',
  'me:pw@evil.example/x',
  'john@evil.example',
  '192.0.2.1/x',
  'evil\\.example\\/x',
  'évil\u3002example/x',
  'hitl.example/runs/1',
  'file.txt',
  '.',
  '/x',
  '?d=1',
  '@',
  '..',
  '-',
);
const markdown = fc
  .array(fc.oneof({ weight: 9, arbitrary: piece }, { weight: 1, arbitrary: fc.string() }), { maxLength: 30 })
  .map((pieces) => pieces.join(''));

/** What an independent, simple reader of the result finds outside of code. */
function outsideOfCode(text: string): string {
  const lines: string[] = [];
  let isFenced = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) isFenced = !isFenced;
    else if (!isFenced) lines.push(line.replace(/`[^`]*`/g, '§'));
  }
  return lines.join('\n');
}

const pathBehindName =
  /([\p{L}\w.\\\u3002-]+(?:\\?\.|\u3002)(?:example|com))(?![\w-])\\?(?::\d|[/?][^\s.,;:!?'")*_§‹<>\\-])/gu;

describe('a Markdown answer made harmless', () => {
  it('has no address, mention or hidden target outside of code, but the allowed ones', () => {
    fc.assert(
      fc.property(markdown, (text) => {
        const left = outsideOfCode(whole(text)).replace(/https:\/\/hitl\.example(?![@\w.])[^\s)\]]*/g, '§');
        expect(left).not.toMatch(/[a-z]:\/\/|www\.|mailto:/i);
        expect(left).not.toMatch(/<[@!#a-z]|@(?:channel|here|everyone)/i);
        expect(left.replaceAll('](§)', '')).not.toMatch(/\]\(|\]\[|^[ \t]*\[[^\]]*\]:/m);
        expect(whole(text)).not.toMatch(/<[@!#]|<[a-z]+:\/\//i);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has no name with a path, query or port outside of code but the allowed one, and none that says more than its owner knows', () => {
    fc.assert(
      fc.property(markdown, (text) => {
        // An allowed address is one to its end, whatever its path looks like.
        const left = outsideOfCode(whole(text)).replace(
          /(?<![\p{L}\p{N}][._-]*)hitl\.example\/[^\s)\]]*/gu,
          '§',
        );
        for (const [, host = ''] of left.matchAll(pathBehindName)) expect(host).toBe('');
        expect(left).not.toMatch(/(?<![\w.@-])(?:secret\.evil\.example|evil\.com)(?![\w.@-])/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('has only code that every reader takes for code: closed spans on one line, closed fences at its beginning', () => {
    fc.assert(
      fc.property(markdown, (text) => {
        const result = whole(text);
        expect(outsideOfCode(result)).not.toContain('`');
        expect(result.split('\n').filter((line) => line.startsWith('```')).length % 2).toBe(0);
        expect(outsideOfCode(result)).not.toMatch(/\\§|§§/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives for each beginning a beginning of the whole, so that it can be sent while it comes', () => {
    fc.assert(
      fc.property(markdown, fc.nat(), (text, at) => {
        const begun = neutraliseMarkdown(text.slice(0, at % (text.length + 1)), {
          isEnd: false,
          allowedOrigins,
        });
        expect(whole(text).startsWith(begun)).toBe(true);
        expect(whole(text).startsWith(neutraliseMarkdown(text, { isEnd: false, allowedOrigins }))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['see https://evil.example/a.', 'see `https://evil.example/a`.'],
    ['[the docs](https://evil.example/a "t")', 'the docs (`https://evil.example/a`)'],
    ['![logo](https://evil.example/p.png)', 'logo (`https://evil.example/p.png`)'],
    ['[run](https://hitl.example/runs/1)', '[run](https://hitl.example/runs/1)'],
    ['<@U1> <!channel> a<b x < y', '‹@U1> ‹!channel> a‹b x < y'],
    ['`https://evil.example` is `code`', '`https://evil.example` is `code`'],
    ['a ` b https://evil.example', "a ' b `https://evil.example`"],
    ['```sh\ncurl https://evil.example\n```', '```sh\ncurl https://evil.example\n```'],
    ['- do\n    ```\n    x\n    ```\nend', '- do\n```\n    x\n```\nend'],
    ['```\nopen', '```\nopen\n```'],
    ['john.doe@example.com, **bold**, 3 > 2', 'john.doe@example.com, **bold**, 3 > 2'],
    ['see evil.example/x?d=secret.', 'see `evil.example/x?d=secret`.'],
    ['(evil.example?d=1), evil.example:8443!', '(`evil.example?d=1`), `evil.example:8443`!'],
    ['**evil.com/a** secret.evil.click evil.com.', '**`evil.com/a`** `secret.evil.click` `evil.com`.'],
    ['a@b.example/x me:pw@b.example/ //b.example/x', '`a@b.example/x` `me:pw@b.example/` //`b.example/x`'],
    ['b.ExAmPlE/x ..b.example/x x.-b.example/x', '`b.ExAmPlE/x` ..`b.example/x` `x.-b.example/x`'],
    ['b\\.example/x b.example\\/x b。example/x', '`b\\.example/x` `b.example\\/x` `b。example/x`'],
    ['https\\://b.example', '`https\\://b.example`'],
    ['192.0.2.1/x 192.0.2.1 10.30:15 1.5/2', '`192.0.2.1/x` 192.0.2.1 10.30:15 1.5/2'],
    ['hitl.example/runs/1 hitl.example@b.example/x', 'hitl.example/runs/1 `hitl.example@b.example/x`'],
    ['hitl.example:8443/x a/hitl.example/x', '`hitl.example:8443/x` `a/hitl.example/x`'],
    [
      'file.txt, index.ts, e.g. v1.2.3, Node.js? README.md? and/or i.e./etc. user.name … wait...what',
      'file.txt, index.ts, e.g. v1.2.3, Node.js? README.md? and/or i.e./etc. user.name … wait...what',
    ],
  ])('makes of %j', (text, expected) => {
    expect(whole(text)).toBe(expected);
  });
});
