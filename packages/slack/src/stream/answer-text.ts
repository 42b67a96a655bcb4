import { isFinished, type RunState, type StreamEvent } from '@hitl/core';
import { neutraliseMarkdown } from './neutralise-markdown.ts';

/** The answer's text as it grows, harmless; what it gave once stays the beginning of what it gives later. */
export interface AnswerText {
  take(event: StreamEvent): void;
  /** What the record says: complete, and what counts. It fills in whatever was missed. */
  takeRun(run: RunState): void;
  /** The run had begun before anybody listened: of the step under way the beginning was missed. */
  joinLate(run: RunState): void;
  text(): string;
}

export function createAnswerText(allowedOrigins: ReadonlySet<string>): AnswerText {
  /** By step. A step whose beginning was missed is `undefined` until the record has it. */
  let steps: ({ raw: string; isWhole: boolean; done?: string } | undefined)[] = [];
  let end = '';
  let isFromStart = true;

  function textOfStep(step: { raw: string; isWhole: boolean; done?: string }): string {
    if (step.done !== undefined) return step.done;
    const text = neutraliseMarkdown(step.raw.trimStart(), { isEnd: step.isWhole, allowedOrigins }).trimEnd();
    if (step.isWhole) step.done = text;
    return text;
  }
  function finishBefore(index: number): void {
    for (const step of steps.slice(0, index)) if (step !== undefined) step.isWhole = true;
  }
  return {
    take(event) {
      if (event.type === 'text-delta') {
        finishBefore(event.step);
        // A step may have had no words; but after a gap they would be shown in the wrong place.
        while (isFromStart && event.step > steps.length) steps.push({ raw: '', isWhole: true });
        if (event.step > steps.length || (event.step < steps.length && steps[event.step] === undefined))
          return;
        const step = steps[event.step];
        if (step === undefined) steps.push({ raw: event.text, isWhole: false });
        else if (!step.isWhole) step.raw += event.text;
      } else if (event.type === 'tool-call-proposed') {
        finishBefore(event.step + 1);
        if (event.step === steps.length) steps.push({ raw: '', isWhole: true });
      }
    },
    takeRun(run) {
      const recorded = run.steps.map(({ text }) => ({ raw: text, isWhole: true }));
      steps = isFinished(run) ? recorded : [...recorded, ...steps.slice(recorded.length)];
      if (!isFinished(run)) return;
      const last = run.steps.at(-1)?.text.trim() ?? '';
      const output = (run.output ?? '').trim();
      const more = last !== '' && output.startsWith(last) ? output.slice(last.length) : output;
      end = neutraliseMarkdown(more.trim(), { isEnd: true, allowedOrigins }).trimEnd();
    },
    joinLate(run) {
      isFromStart = false;
      this.takeRun(run);
      // Only a run that waits for people has no model at work whose first words went by.
      if (run.status === 'running') steps[run.steps.length] = undefined;
    },
    text() {
      const texts: string[] = [];
      for (const step of steps) {
        if (step === undefined) break;
        texts.push(textOfStep(step));
        if (!step.isWhole) break;
      }
      return [...texts, end].filter((text) => text !== '').join('\n\n');
    },
  };
}
