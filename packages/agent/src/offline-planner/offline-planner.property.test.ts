import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { converse } from '../../test/converse.ts';
import { builtInTools } from '../../test/tool-fixtures.ts';
import { createOfflinePlanner } from './create-offline-planner.ts';

const model = createOfflinePlanner();

const word = fc.constantFrom(
  ...'create suspend restore remove add give grant list show get delete reset user users account role roles AWS access project issues jira google named called key type business first last name John Doe Jane in for to from of with and or not do never please then all every who NMD-Admin admin domain email , . : ? " if tomorrow him her it /Sales DP'.split(
    ' ',
  ),
  'a@x.com',
  'b@y.org',
  'x.com',
  '123456789012',
  'arn:aws:iam::123456789012:role/Ops',
  '"Data Platform"',
  '\n',
);
const request = fc.array(word, { minLength: 1, maxLength: 18 }).map((words) => words.join(' '));

/** Every text in the arguments of a call. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(texts);
  return [];
}

describe('the offline planner, whatever is typed', () => {
  it('answers every word salad and puts nothing into a call that was not said', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (text) => {
        const { steps } = await converse(model, text, builtInTools);
        const said = text.toLowerCase().replace(/\s+/g, ' ');
        for (const line of steps.flat()) {
          for (const value of texts(JSON.parse(line.slice(line.indexOf(' ') + 1)))) {
            const [, account = '', name = ''] = /^arn:aws:iam::(\d{12}):role\/(.+)$/.exec(value) ?? [];
            const isAssembled = account !== '' && said.includes(account) && said.includes(name.toLowerCase());
            expect([value, isAssembled || said.includes(value.toLowerCase())]).toEqual([value, true]);
          }
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('changes nothing in a sentence that begins with a prohibition', async () => {
    const order = fc.constantFrom(
      'suspend a@x.com',
      'deactivate user a@x.com',
      'remove AWS access for account 123456789012 from a@x.com',
      'create a jira project called Apollo',
    );
    const prohibition = fc.constantFrom(
      'do not',
      "don't",
      'never',
      'you must not',
      'please do not',
      "please don't",
      'I do not want you to',
      'under no circumstances',
    );
    await fc.assert(
      fc.asyncProperty(prohibition, order, async (no, text) => {
        expect((await converse(model, `${no} ${text}`, builtInTools)).steps).toEqual([]);
      }),
    );
  });

  it('gives the same answer to the same prompt', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (text) => {
        expect(await converse(model, text, builtInTools)).toEqual(
          await converse(model, text, [...builtInTools].reverse()),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('answers very long and very odd input', async () => {
    const long = [
      `${'suspend a@x.com and '.repeat(2000)}`,
      'a'.repeat(100_000),
      '"'.repeat(20_000),
      `${'-'.repeat(50_000)}@`,
      '/'.repeat(50_000),
      'a.'.repeat(30_000),
      `create user ${'and '.repeat(20_000)}`,
      '@0 @1 @999',
    ];
    for (const text of long) await converse(model, text, builtInTools);
  });
});
