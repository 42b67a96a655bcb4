/** Aborts when nothing happens for too long, or in all. */
export interface SilenceWatch {
  readonly signal: AbortSignal;
  /** Something happened: from now on silence may last `ms`. */
  heard(ms: number): void;
  stop(): void;
}

export function watchSilence(options: {
  readonly firstMs: number;
  readonly totalMs: number;
  readonly signal: AbortSignal | undefined;
}): SilenceWatch {
  const silence = new AbortController();
  const fail = (): void => silence.abort(new DOMException('no answer in time', 'TimeoutError'));
  let timer = setTimeout(fail, options.firstMs);
  const total = setTimeout(fail, options.totalMs);
  return {
    signal: options.signal === undefined ? silence.signal : AbortSignal.any([silence.signal, options.signal]),
    heard(ms) {
      clearTimeout(timer);
      timer = setTimeout(fail, ms);
    },
    stop() {
      clearTimeout(timer);
      clearTimeout(total);
    },
  };
}
