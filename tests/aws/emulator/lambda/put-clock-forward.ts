// Loaded before the function where a test lets time pass for it: nobody waits a day for a request to expire.
const aheadMs = Number(process.env.EMULATED_CLOCK_AHEAD_MS);
const RealDate = Date;
const now = () => RealDate.now() + aheadMs;

globalThis.Date = class extends RealDate {
  constructor(...args: unknown[]) {
    super(...((args.length === 0 ? [now()] : args) as [number]));
  }
  static override now(): number {
    return now();
  }
} as DateConstructor;
