/** What goes wrong with the next requests that match. */
export interface GoogleFault {
  readonly method?: string;
  /** Matched against the path with its query; absent: any. */
  readonly path?: RegExp;
  /** How many requests it hits. Default 1. */
  readonly times?: number;
  /** Answered instead of the real thing; nothing is applied. */
  readonly respond?: {
    readonly status: number;
    readonly reason: string;
    readonly message?: string;
    readonly headers?: Record<string, string>;
  };
  /** Waited before anything else. */
  readonly delayMs?: number;
  /** The connection is cut without an answer: before or after the effect. */
  readonly drop?: 'before-effect' | 'after-effect';
  /** Runs after the effect and before the answer: the place for another writer. */
  readonly afterEffect?: () => Promise<void>;
}

export interface GoogleFaults {
  add(fault: GoogleFault): void;
  /** The next fault for this request, used up once. */
  take(method: string, path: string): GoogleFault | undefined;
  clear(): void;
  /** A new user stays invisible for that many reads (404), as at the real service. Default 0. */
  hiddenReadsAfterInsert: number;
}

export function createGoogleFaults(): GoogleFaults {
  let open: { fault: GoogleFault; left: number }[] = [];
  return {
    hiddenReadsAfterInsert: 0,
    add(fault) {
      open.push({ fault, left: fault.times ?? 1 });
    },
    take(method, path) {
      const hit = open.find(
        ({ fault }) =>
          (fault.method === undefined || fault.method === method) &&
          (fault.path === undefined || fault.path.test(path)),
      );
      if (hit === undefined) return undefined;
      hit.left -= 1;
      if (hit.left === 0) open = open.filter((other) => other !== hit);
      return hit.fault;
    },
    clear() {
      open = [];
      this.hiddenReadsAfterInsert = 0;
    },
  };
}
