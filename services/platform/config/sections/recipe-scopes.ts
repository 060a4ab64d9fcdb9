/** Which variables an expression of a recipe may use, by the place where it stands. */

/** As a recipe is before anybody has judged it. */
export type Tree = Readonly<Record<string, unknown>>;

const always = ['settings', 'secrets'];
/** What each section is told of its record. */
const told = {
  orders: ['key', 'order', 'codes', 'buyer'],
  customers: ['key', 'website', 'email', 'customer', 'codes'],
};

/** The variable that what was found becomes. */
const nouns = { orders: 'document', customers: 'partner' };
export type Section = keyof typeof told;
export const sections = Object.keys(told) as Section[];

/** The names that the engine gives in a section: no need may be called so. */
export const givenNames = (section: Section): string[] => [
  ...always,
  ...told[section],
  nouns[section],
  'session',
  'answer',
  'item',
  'index',
  'call',
  'page',
  'next',
  'found',
];

export function scopeAt(path: readonly string[], recipe: Tree): Set<string> {
  const [section, part, ...rest] = path;
  const names = frameScope(path);
  if (section === 'orders' || section === 'customers')
    for (const name of recordScope(section, part, rest, treeOf(recipe[section]))) names.add(name);
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
  const isSent = path.some((name) => ofRequests.has(name));
  if (section === 'request' || isSent) add('session');
  if (isSent && path.some((name) => ofLists.has(name))) add('next');
  if (section === 'request') add('call');
  if (path.at(-1) === 'next') add('page');
  if (path.includes('by')) add('answer');
  return names;
}

/** Fields from which a request is made: they know its session. */
const ofRequests = new Set(['send', 'query', 'headers', 'body', 'form', 'call']);

/** What is asked page by page: the lists of an API, which stand by their own names, are told of where they are judged. */
const ofLists = new Set(['lookup', 'find', 'orFind', 'all']);

function recordScope(
  section: Section,
  part: string | undefined,
  rest: readonly string[],
  own: Tree,
): string[] {
  const names = (list: unknown) => listOf(list).map((need) => String(treeOf(need).name));
  const noun = nouns[section];
  // What is asked for when of an order its key alone is known, of a customer what it is known by.
  const known = section === 'orders' ? ['key'] : ['key', 'website', 'email'];
  switch (part) {
    case 'lookup':
    case 'carries':
      return known;
    case noun:
      return [...known, 'answer'];
    case 'read':
    case 'canceled':
      return [...known, noun];
    case 'needs':
      return [...told[section], ...partScope(rest, own, 'needs')];
    case 'create':
      return [...told[section], ...names(own.needs)];
    case 'update':
      return [...told[section], ...names(own.needs), noun];
    case 'parts':
      return [...told[section], ...names(own.needs), noun, ...partScope(rest, own)];
    case 'erase':
      return rest[0] === 'parts'
        ? [...known, noun, ...partScope(rest.slice(1), treeOf(own.erase))]
        : [...known, noun];
    case 'change': {
      const [index, field, ...inParts] = rest;
      const rule = treeOf(listOf(own.change)[Number(index)]);
      const made = field === 'when' || field === 'parts' ? [] : names(rule.parts);
      return [...told[section], noun, ...made, ...(field === 'parts' ? partScope(inParts, rule) : [])];
    }
    default:
      // Whether a document is finished is asked when only its key is known.
      return part === 'advance' && rest[0] === 'done' ? [...known, noun] : [...told[section], noun];
  }
}

/** Within one of a list of needs: those before it, and of which item it is. What each one is made of knows none yet. */
function partScope([at, field]: readonly string[], own: Tree, list = 'parts'): string[] {
  const names = listOf(own[list]).map((need) => String(treeOf(need).name));
  const item = field === 'each' ? [] : ['item', 'index'];
  return [...names.slice(0, Number(at)), ...item, ...(ofWrites[field ?? ''] ?? [])];
}

/** What was found, and the answer in which it was looked for. */
const ofWrites: Readonly<Record<string, readonly string[]>> = {
  make: ['answer'],
  write: ['answer', 'found'],
};

export const treeOf = (value: unknown): Tree =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Tree) : {};

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
