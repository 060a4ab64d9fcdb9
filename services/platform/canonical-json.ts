/**
 * JSON with the members of every object in one order, so that equal values have equal texts. Always the same text:
 * digests of it stand on topics.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const members = value as Record<string, unknown>;
  const inOrder: Record<string, unknown> = {};
  for (const name of Object.keys(members).toSorted(byLetters)) put(inOrder, name, sorted(members[name]));
  return inOrder;
}

const byLetters = (left: string, right: string) => (left < right ? -1 : 1);

function put(object: Record<string, unknown>, name: string, value: unknown): void {
  // An assignment would make it the prototype.
  if (name === '__proto__') Object.defineProperty(object, name, { value, enumerable: true });
  else object[name] = value;
}
