import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createWireNameTable, wireName } from './wire-name.ts';

const alias = fc
  .stringMatching(/^[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,4}){0,2}$/)
  .filter((text) => text.length <= 16);
const awkward = fc.constantFrom(
  '',
  '_',
  '__',
  '-',
  '.',
  '/',
  'a',
  'create',
  'é',
  '名',
  '🙂',
  ' ',
  'x'.repeat(40),
);
const toolName = fc.oneof(
  fc.string({ minLength: 1, maxLength: 200, unit: 'grapheme' }),
  fc.array(awkward, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('') || 'a'),
);
const tools = fc.uniqueArray(fc.record({ server: alias, tool: toolName }), {
  maxLength: 60,
  selector: ({ server, tool }) => `${server}/${tool}`,
});

describe('wire names', () => {
  it('are legal for every model API, unique, stable and reversible by table', () => {
    fc.assert(
      fc.property(tools, (list) => {
        const table = createWireNameTable(list);
        expect(table.size).toBe(list.length);
        for (const tool of list) {
          const name = wireName(tool.server, tool.tool);
          expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
          expect(table.get(name)).toBe(tool);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are readable where the tool name is clean, and keep its start where it is not', () => {
    expect(wireName('jira', 'create_project')).toBe('jira__create_project');
    expect(wireName('jira', 'project/create')).toMatch(/^jira__project_create__[0-9a-f]{10}$/);
    expect(wireName('jira', `${'long_'.repeat(20)}a`)).not.toBe(wireName('jira', `${'long_'.repeat(20)}b`));
  });

  it('refuse two tools of one name', () => {
    const forged = wireName('a', 'x/y').slice('a__'.length);
    expect(() =>
      createWireNameTable([
        { server: 'a', tool: 'x/y' },
        { server: 'a', tool: forged },
      ]),
    ).toThrow(`a/x/y and a/${forged} would both be called a__${forged}`);
  });
});
