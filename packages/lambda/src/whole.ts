/** JSON that its sender has bounded: a logger takes the secrets out and shows all the rest. Read only when the line is written. */
export class Whole {
  readonly read: () => unknown;

  constructor(read: () => unknown) {
    this.read = read;
  }
}
