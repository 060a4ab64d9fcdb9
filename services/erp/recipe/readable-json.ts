/** Characters in a line. */
const roomMax = 100;

/** JSON for people: what has room in one line stands in one, so that lists within lists do not fill pages. */
export function readableJson(value: unknown, indent = ''): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const members = isList
    ? value.map((one) => readableJson(one, inner))
    : Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${readableJson(one, inner)}`);
  const line = isList ? `[${members.join(', ')}]` : members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
  if (!line.includes('\n') && indent.length + line.length <= roomMax) return line;
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  return `${open}\n${members.map((member) => inner + member).join(',\n')}\n${indent}${close}`;
}
