/**
 * What goes wrong with a call. `when` says whether Slack applies the call first (`after`: the caller can't know that it took
 * effect) or never sees it (`before`, the default).
 */
export type SlackFault =
  | { readonly kind: 'rate-limited'; readonly retryAfterSeconds?: number }
  | { readonly kind: 'http'; readonly status?: number; readonly when?: 'before' | 'after' }
  | { readonly kind: 'error'; readonly error: string; readonly when?: 'before' | 'after' }
  /** No answer ever comes. */
  | { readonly kind: 'timeout'; readonly when?: 'before' | 'after' }
  /** The connection is reset. */
  | { readonly kind: 'reset'; readonly when?: 'before' | 'after' };

export interface SlackFaults {
  /** The next `times` calls of the method (`*` for any) fail. Faults of one method happen in the order they were given. */
  failNext(method: string, fault: SlackFault, times?: number): void;
  take(method: string): SlackFault | undefined;
}

export function createSlackFaults(): SlackFaults {
  const planned: { readonly method: string; readonly fault: SlackFault }[] = [];
  return {
    failNext(method, fault, times = 1) {
      for (let i = 0; i < times; i += 1) planned.push({ method, fault });
    },
    take(method) {
      const index = planned.findIndex((plan) => plan.method === method || plan.method === '*');
      return index === -1 ? undefined : planned.splice(index, 1)[0]?.fault;
    },
  };
}

export function isAfter(fault: SlackFault): boolean {
  return 'when' in fault && fault.when === 'after';
}
