import type { Frame } from './frame.ts';
import type { RuleConditions } from './rule-conditions.ts';
import type { Truth } from './truth.ts';

/** One compiled condition. Equal conditions of different rules are one object with one `id`. */
export interface Condition {
  readonly id: number;
  readonly kind: keyof RuleConditions;
  /** True when tool, category and environment alone decide it. */
  readonly isStatic: boolean;
  evaluate(frame: Frame): Truth;
  /** `tools`, `arguments.amount` … */
  readonly name: string;
  expected(): string;
  /** What the request holds there, with secrets left out. */
  actual(frame: Frame): string;
}
