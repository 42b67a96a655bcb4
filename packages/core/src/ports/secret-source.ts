export interface SecretSource {
  /** The secret's text. @throws NotFoundError when there is none. Implementations may cache for minutes, not hours. */
  get(name: string): Promise<string>;
}
