/** Which variables an expression of a recipe may use, by the place where it stands. */

/** As a recipe is before anybody has judged it. */
export type Tree = Readonly<Record<string, unknown>>;

const always = ['settings', 'secrets'];
const ofOrder = ['key', 'order', 'codes', 'buyer'];

/** The names that the engine gives: no need may be called so. */
export const givenNames = [
  ...always,
  ...ofOrder,
  'session',
  'document',
  'answer',
  'item',
  'index',
  'call',
  'page',
];

export function scopeAt(path: readonly string[], recipe: Tree): Set<string> {
  const [section, part, ...rest] = path;
  const names = frameScope(path);
  if (section === 'orders') for (const name of orderScope(part, rest, treeOf(recipe.orders))) names.add(name);
  return names;
}

/** Whatever is asked: what every place of a frame, and of its calls, sees. */
export function frameScope(path: readonly string[]): Set<string> {
  const [section, part] = path;
  const names = new Set(always);
  const add = (...more: string[]) => more.forEach((name) => names.add(name));
  if (section === 'session') {
    if (part !== 'open') add('session');
    return names;
  }
  if (section === 'request' || path.some((name) => ofRequests.has(name))) add('session');
  if (section === 'request') add('call');
  if (path.at(-1) === 'next') add('page');
  if (path.includes('by')) add('answer');
  return names;
}

/** Fields from which a request is made: they know its session. */
const ofRequests = new Set(['send', 'query', 'headers', 'body', 'form', 'call']);

function orderScope(part: string | undefined, rest: readonly string[], orders: Tree): string[] {
  const names = (list: unknown) => listOf(list).map((need) => String(treeOf(need).name));
  const before = (list: unknown) => names(list).slice(0, Number(rest[0]));
  // What each one is made of knows no item yet.
  const item = rest[1] === 'each' ? [] : ['item', 'index'];
  switch (part) {
    case 'lookup':
    case 'carries':
      return ['key'];
    case 'document':
      return ['key', 'answer'];
    case 'read':
    case 'canceled':
      return ['key', 'document'];
    case 'needs':
      return [...ofOrder, ...before(orders.needs), ...item];
    case 'create':
      return [...ofOrder, ...names(orders.needs)];
    case 'parts':
      return [...ofOrder, ...names(orders.needs), ...before(orders.parts), 'document', ...item];
    default:
      // Whether a document is finished is asked when only its key is known.
      return part === 'advance' && rest[0] === 'done' ? ['key', 'document'] : [...ofOrder, 'document'];
  }
}

export const treeOf = (value: unknown): Tree =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Tree) : {};

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
