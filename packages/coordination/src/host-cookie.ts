/** `__Host-`: only this very host, over TLS, can have set it. Lax, because Slack and links in cards lead here from elsewhere. */
const attributes = 'Path=/; Secure; HttpOnly; SameSite=Lax';

export interface HostCookie {
  readonly name: `__Host-${string}`;
  /** The `Set-Cookie` line that gives it to the browser. */
  set(value: string, maxAgeSeconds: number): string;
  /** The line that takes it back. */
  readonly cleared: string;
  /** What the browser sent, from the `Cookie` header. */
  read(header: string | null): string | undefined;
}

export function createHostCookie(name: HostCookie['name']): HostCookie {
  return {
    name,
    set: (value, maxAgeSeconds) => `${name}=${value}; Max-Age=${maxAgeSeconds}; ${attributes}`,
    cleared: `${name}=; Max-Age=0; ${attributes}`,
    read(header) {
      for (const part of (header ?? '').split(';')) {
        const [found, value] = part.trim().split('=', 2);
        if (found === name) return value;
      }
      return undefined;
    },
  };
}
