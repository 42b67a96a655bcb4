import { InvalidInputError, type JsonObject, type ToolDefinition, type ToolSource } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { openSubject } from './open-subject.ts';

export interface ToolSourceContractSubject {
  readonly subject: ToolSource;
  /** A tool that answers with its arguments' text somewhere in its content. It must be listed and declare no preview. */
  readonly echo: { readonly server: string; readonly tool: string; readonly arguments: JsonObject };
  /** Text that the echo's content must contain. */
  readonly echoed: string;
  /** A tool that never answers by itself. */
  readonly hang?: { readonly server: string; readonly tool: string; readonly arguments: JsonObject };
  close?(): Promise<void>;
}

export function describeToolSourceContract(
  name: string,
  create: () => Promise<ToolSourceContractSubject>,
): void {
  describe(`${name} keeps the ToolSource contract`, () => {
    const open = openSubject(create);

    async function definitionOf(
      source: ToolSource,
      call: { server: string; tool: string },
    ): Promise<ToolDefinition> {
      const { tools } = await source.list();
      const found = tools.find((tool) => tool.server === call.server && tool.tool === call.tool);
      if (found === undefined) throw new Error(`${call.server}/${call.tool} is not listed`);
      return found;
    }

    it('lists tools sorted by unique wire names that every model takes', async () => {
      const { subject } = await open();
      const { tools } = await subject.list();
      const names = tools.map((tool) => tool.wire_name);
      expect(names.length).toBeGreaterThan(0);
      expect(names).toEqual([...new Set(names)].sort());
      for (const tool of tools) {
        expect(tool.wire_name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
        expect(tool.digest).toMatch(/^[0-9a-f]{64}$/);
      }
    });

    it('lists the same definitions with the same digests again', async () => {
      const { subject } = await open();
      const [first, second] = [await subject.list(), await subject.list()];
      expect(second.tools).toEqual(first.tools);
    });

    it('calls the tool that was pinned and gives its content', async () => {
      const { subject, echo, echoed } = await open();
      const { digest } = await definitionOf(subject, echo);
      const outcome = await subject.call(echo, digest, { timeoutMs: 10_000, idempotencyKey: 'k1' });
      expect(outcome.kind).toBe('succeeded');
      expect(JSON.stringify(outcome)).toContain(echoed);
    });

    it('sends nothing when the definition is not the pinned one', async () => {
      const { subject, echo } = await open();
      const outcome = await subject.call(echo, '0'.repeat(64), { timeoutMs: 10_000, idempotencyKey: 'k1' });
      expect(outcome).toMatchObject({ kind: 'not_sent', code: 'tool_definition_changed' });
    });

    it('answers with not_sent for a tool or a server that does not exist', async () => {
      const { subject, echo } = await open();
      const { digest } = await definitionOf(subject, echo);
      for (const call of [
        { ...echo, tool: 'no_such_tool' },
        { ...echo, server: 'no_such_server' },
      ]) {
        const outcome = await subject.call(call, digest, { timeoutMs: 10_000, idempotencyKey: 'k1' });
        expect(outcome.kind).toBe('not_sent');
      }
    });

    it('sends nothing when the caller has given up already', async () => {
      const { subject, echo } = await open();
      const { digest } = await definitionOf(subject, echo);
      const outcome = await subject.call(echo, digest, {
        signal: AbortSignal.abort(),
        timeoutMs: 10_000,
        idempotencyKey: 'k1',
      });
      expect(outcome.kind).toBe('not_sent');
    });

    it('calls the outcome unknown when a sent call is not answered in time or is given up', async () => {
      const { subject, hang } = await open();
      if (hang === undefined) return;
      const { digest } = await definitionOf(subject, hang);
      const late = await subject.call(hang, digest, { timeoutMs: 200, idempotencyKey: 'k1' });
      expect(late.kind).toBe('unknown');
      const controller = new AbortController();
      const pending = subject.call(hang, digest, {
        signal: controller.signal,
        timeoutMs: 60_000,
        idempotencyKey: 'k2',
      });
      setTimeout(() => controller.abort(), 200);
      expect((await pending).kind).toBe('unknown');
    });

    it('has no preview for a tool that declares none', async () => {
      const { subject, echo } = await open();
      const definition = await definitionOf(subject, echo);
      const preview = await subject
        .preview(definition, echo.arguments, { timeoutMs: 10_000 })
        .catch((error: unknown) => {
          if (error instanceof InvalidInputError)
            throw new Error('the echo tool has no preview to refuse it');
          throw error;
        });
      expect(preview).toBeUndefined();
    });

    it('can be closed twice', async () => {
      const { subject } = await open();
      await subject.close();
      await subject.close();
    });
  });
}
