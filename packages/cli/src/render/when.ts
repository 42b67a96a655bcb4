const minuteMs = 60_000;

/** How long until or since a moment, short enough for a table: `in 23 h`, `5 min ago`. */
export function when(iso: string, nowMs: number = Date.now()): string {
  const ms = Date.parse(iso) - nowMs;
  if (Number.isNaN(ms)) return iso;
  const span = spanOf(Math.abs(ms));
  if (span === undefined) return 'now';
  return ms > 0 ? `in ${span}` : `${span} ago`;
}

function spanOf(ms: number): string | undefined {
  const minutes = Math.floor(ms / minuteMs);
  if (minutes < 1) return ms < 1000 ? undefined : `${Math.floor(ms / 1000)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}
