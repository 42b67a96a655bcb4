/** YAML of plain data: maps, lists, texts, numbers and booleans. Texts stand as JSON strings, which every YAML reader reads the same. */
export function toYaml(value: unknown, indent = ''): string {
  if (Array.isArray(value)) {
    return value.map((item) => `${indent}- ${toYaml(item, `${indent}  `).trimStart()}`).join('');
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .map(([name, member]) =>
        typeof member === 'object' && member !== null
          ? `${indent}${name}:\n${toYaml(member, `${indent}  `)}`
          : `${indent}${name}: ${toYaml(member)}`,
      )
      .join('');
  }
  return `${JSON.stringify(value)}\n`;
}
