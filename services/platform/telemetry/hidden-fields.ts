const hiddenNames = new Set([
  'authorization',
  'password',
  'secret',
  'token',
  'accessToken',
  'accessTokenSecret',
  'consumerKey',
  'consumerSecret',
  'email',
  'firstName',
  'lastName',
  'telephone',
  'street',
]);
/** Lines are flat, or nearly; what lies deeper is left out of them. */
const deepest = 3;

/**
 * The same fields with those that nobody is to read blanked, however they got there. By hand: pino's own redaction, with
 * these names at three depths, took 90 us of each line, twenty times what the line itself does.
 */
export function withoutHidden(fields: Record<string, unknown>, depth = 1): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const name of Object.keys(fields))
    shown[name] = hiddenNames.has(name) ? '[hidden]' : shownOf(fields[name], depth);
  return shown;
}

function shownOf(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
  if (depth === deepest) return '[deeper]';
  if (Array.isArray(value)) return value.map((one) => shownOf(one, depth + 1));
  return withoutHidden(value as Record<string, unknown>, depth + 1);
}

/** Others, such as an error, are written by rules of their own (`serializers`, `toJSON`). */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}
