import type { Json } from '../sandbox/shop/rest/json.ts';
import { asText, isObject } from '../sandbox/shop/rest/json.ts';

/**
 * Compares an answer of the stand-in with a recorded one: the type of every member (an empty object is `[]`),
 * and the value wherever neither an id nor a time nor chance is involved. Returns the first difference in
 * words, or null.
 */
export function difference(recorded: Json, given: Json, path = ''): string | null {
  const name = /(?:^|\.)(\w+)(?:\[\d+\])?$/.exec(path)?.[1] ?? '';
  if (kindOf(recorded) !== kindOf(given)) {
    return `${path || 'body'}: recorded ${show(recorded)}, given ${show(given)}`;
  }
  if (Array.isArray(recorded) && Array.isArray(given)) return listDifference(recorded, given, path);
  if (isObject(recorded) && isObject(given)) return objectDifference(recorded, given, path);
  if (typeof recorded === 'string' && TIME.test(recorded)) {
    return TIME.test(asText(given)) ? null : `${path}: recorded a time, given ${show(given)}`;
  }
  if (isIdentifier(name) || normal(recorded) === normal(given)) return null;
  return `${path || 'body'}: recorded ${show(recorded)}, given ${show(given)}`;
}

const TIME = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;

/** Ids that a shop counts out or draws by lot. Ids of stores, websites, sets, stocks and regions are compared. */
const IDENTIFIERS = new Set([
  'id',
  'entity_id',
  'increment_id',
  'order_id',
  'quote_id',
  'item_id',
  'parent_item_id',
  'quote_item_id',
  'order_item_id',
  'parent_id',
  'product_id',
  'billing_address_id',
  'shipping_address_id',
  'tax_id',
  'tax_item_id',
  'invoice_id',
  'protect_code',
]);

function isIdentifier(name: string): boolean {
  return IDENTIFIERS.has(name);
}

function objectDifference(
  recorded: { [name: string]: Json | undefined },
  given: { [name: string]: Json | undefined },
  path: string,
): string | null {
  const names = new Set([...Object.keys(recorded), ...Object.keys(given)]);
  for (const name of names) {
    const [left, right] = [recorded[name], given[name]];
    if (left === undefined) return `${path}.${name}: not recorded, given ${show(right ?? null)}`;
    if (right === undefined) return `${path}.${name}: recorded ${show(left)}, missing`;
    const found = difference(left, right, path === '' ? name : `${path}.${name}`);
    if (found !== null) return found;
  }
  return null;
}

function listDifference(recorded: Json[], given: Json[], path: string): string | null {
  const [left, right] = [ordered(recorded), ordered(given)];
  if (left.length !== right.length) {
    return `${path || 'body'}: recorded ${left.length} elements, given ${right.length}: ${show(recorded)} / ${show(given)}`;
  }
  for (const [index, element] of left.entries()) {
    const found = difference(element, right[index] ?? null, `${path}[${index}]`);
    if (found !== null) return found;
  }
  return null;
}

/**
 * Lists whose order means nothing are sorted first: custom attributes by code (they come in the order of the
 * database's rows) and store views (FACTS section 2 saw two orders).
 */
function ordered(list: Json[]): Json[] {
  const key = (element: Json): string | null => {
    if (!isObject(element)) return null;
    if (typeof element['attribute_code'] === 'string') return element['attribute_code'];
    return 'store_group_id' in element || 'default_group_id' in element ? asText(element['code']) : null;
  };
  if (!list.every((element) => key(element) !== null)) return list;
  return list.toSorted((left, right) => ((key(left) ?? '') < (key(right) ?? '') ? -1 : 1));
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

/** Report ids and placeholders for secrets are chance. */
function normal(value: Json): Json {
  if (typeof value !== 'string') return value;
  if (/^\{\{.*\}\}$/s.test(value)) return '';
  return value.replace(/webapi-[0-9a-f]{13}/, 'webapi-*').replace(/static\/version\d+/, 'static/version*');
}

function show(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
