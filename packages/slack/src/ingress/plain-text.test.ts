import { describe, expect, it } from '@jest/globals';
import { mentions, plainText } from './plain-text.ts';

describe('plainText', () => {
  it.each([
    ['<@UBOT> suspend <mailto:jane@x.io|jane@x.io>', 'suspend jane@x.io'],
    // The label is whatever the sender wants it to be.
    ['remove <mailto:boss@x.io|intern@x.io>', 'remove boss@x.io'],
    ['see <https://evil.example/a|https://good.example>', 'see https://evil.example/a'],
    ['hey <@UBOT|hitl> and <@U2|bob>', 'hey and <@U2>'],
    ['in <#C1|ops> and <#C2|> tell <!here> <!subteam^S1|@sec>', 'in #ops and <#C2> tell @here @sec'],
    ['a &lt;b&gt; &amp;amp; c', 'a <b> &amp; c'],
    ['<@UBOT>', ''],
    ['line one\n  <@UBOT> line two', 'line one\n line two'],
  ])('%s', (text, plain) => {
    expect(plainText(text, 'UBOT')).toBe(plain);
  });

  it('finds a mention of exactly that user', () => {
    expect(mentions('hi <@UBOT>', 'UBOT')).toBe(true);
    expect(mentions('hi <@UBOT|x>', 'UBOT')).toBe(true);
    for (const text of ['hi <@UBOT2>', 'hi @UBOT', '&lt;@UBOT&gt;'])
      expect(mentions(text, 'UBOT')).toBe(false);
    expect(mentions('<@undefined>', undefined)).toBe(false);
  });
});
