/**
 * A pattern comes from a server, and one match on a hostile one can take for ever, with nothing else getting its turn. Those that
 * can are left to the server: repeated groups, back references, look-arounds, and many unbounded repetitions in a row.
 */
export function mayRunAway(pattern: string): boolean {
  const plain = pattern.replace(/\\[^1-9k]/g, 'x').replace(/\[[^\]]*\]/g, 'x');
  if (/\)(?:[*+]|\{)|\\[1-9k]|\(\?<?[=!]/.test(plain)) return true;
  return (plain.match(/[*+]|\{\d+,\d*\}/g) ?? []).length > 3;
}
