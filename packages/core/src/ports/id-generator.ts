/** Makes identifiers that sort by time of making and can't be guessed. */
export interface IdGenerator {
  /** e.g. `run_01jd…`; the prefix is 2 to 8 lower-case letters. */
  next(prefix: string): string;
}
