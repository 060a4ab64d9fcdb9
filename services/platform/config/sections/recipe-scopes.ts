/** Which variables an expression of a recipe may use, by the place where it stands. */

/** As a recipe is before anybody has judged it. */
export type Tree = Readonly<Record<string, unknown>>;

const always = ['settings', 'secrets'];
const ofOrder = [...always, 'session', 'key', 'order', 'codes'];

/** The names that the engine gives: no need may be called so. */
export const givenNames = [...ofOrder, 'document', 'answer', 'item', 'index', 'call', 'page'];

export function scopeAt([section, part, ...rest]: readonly string[], recipe: Tree): Set<string> {
  if (section === 'session') return new Set(part === 'open' ? always : [...always, 'session']);
  if (section === 'request') return new Set([...always, 'session', 'call']);
  return new Set(
    section === 'orders' ? orderScope(part, rest, treeOf(recipe.orders)) : [...always, 'session'],
  );
}

function orderScope(part: string | undefined, rest: readonly string[], orders: Tree): string[] {
  const names = (list: unknown) => listOf(list).map((need) => String(treeOf(need).name));
  const before = (list: unknown) => names(list).slice(0, Number(rest[0]));
  // What each one is made of knows no item yet.
  const item = rest[1] === 'each' ? [] : ['item', 'index'];
  const lookedUp = [...always, 'session', 'key'];
  switch (part) {
    case 'lookup':
      return [...lookedUp, ...(rest[1] === 'next' ? ['page'] : [])];
    case 'carries':
      return lookedUp;
    case 'document':
      return [...lookedUp, 'answer'];
    case 'read':
    case 'canceled':
      return [...lookedUp, 'document'];
    case 'needs':
      return [...ofOrder, ...before(orders.needs), ...item];
    case 'create':
      return [...ofOrder, ...names(orders.needs)];
    case 'parts':
      return [...ofOrder, ...names(orders.needs), ...before(orders.parts), 'document', ...item];
    default:
      // Whether a document is finished is asked when only its key is known.
      return part === 'advance' && rest[0] === 'done' ? [...lookedUp, 'document'] : [...ofOrder, 'document'];
  }
}

export const treeOf = (value: unknown): Tree =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Tree) : {};

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
