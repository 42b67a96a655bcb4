import { InvalidInputError, type JsonObject, type TaskCallback } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { openSubject } from './open-subject.ts';

export interface TaskCallbackContractSubject {
  readonly subject: TaskCallback;
  /** Begins a state that waits on a token. */
  waitForTask(): Promise<{
    readonly token: string;
    /** The output that ended the wait; resolves when it has ended. */
    readonly output: Promise<JsonObject>;
  }>;
  close?(): Promise<void>;
}

export function describeTaskCallbackContract(
  name: string,
  create: () => Promise<TaskCallbackContractSubject>,
): void {
  describe(`${name} keeps the TaskCallback contract`, () => {
    const open = openSubject(create);

    it('ends the wait with the output', async () => {
      const { subject, waitForTask } = await open();
      const { token, output } = await waitForTask();
      const answer = { run_id: 'run_1', status: 'completed', text: 'grüße "quoted" \u2028', none: null };
      await subject.succeed(token, answer);
      expect(await output).toEqual(answer);
    });

    it('ends only the wait that the token belongs to', async () => {
      const { subject, waitForTask } = await open();
      const [first, second] = [await waitForTask(), await waitForTask()];
      await subject.succeed(second.token, { run_id: 'run_2', status: 'completed' });
      expect(await second.output).toMatchObject({ run_id: 'run_2' });
      await subject.succeed(first.token, { run_id: 'run_1', status: 'completed' });
      expect(await first.output).toMatchObject({ run_id: 'run_1' });
    });

    it('keeps the first answer; a second one is nothing', async () => {
      const { subject, waitForTask } = await open();
      const { token, output } = await waitForTask();
      await subject.succeed(token, { run_id: 'run_1', status: 'completed', answer: 1 });
      await subject.succeed(token, { run_id: 'run_1', status: 'completed', answer: 2 });
      expect(await output).toMatchObject({ answer: 1 });
    });

    it('takes a token that never existed as nothing', async () => {
      const { subject } = await open();
      for (const token of ['no-such-token', '0'.repeat(900)])
        expect(await subject.succeed(token, { run_id: 'run_1' })).toBeUndefined();
    });

    it('refuses an output of more than 256 KB, and the wait goes on', async () => {
      const { subject, waitForTask } = await open();
      const { token, output } = await waitForTask();
      const tooLarge = { run_id: 'run_1', status: 'completed', text: 'ü'.repeat(131_072) };
      await expect(subject.succeed(token, tooLarge)).rejects.toBeInstanceOf(InvalidInputError);
      await subject.succeed(token, { run_id: 'run_1', status: 'completed' });
      expect(await output).toEqual({ run_id: 'run_1', status: 'completed' });
    });
  });
}
