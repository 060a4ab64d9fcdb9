import type { Json, JsonObject } from './json.ts';
import { isObject } from './json.ts';

/**
 * Reads a query string as PHP fills `$_GET`: `a[b][]=c` nests, a later pair overwrites an earlier one,
 * `+` is a space and a pair without `=` is the empty text.
 */
export function parseQuery(query: string): JsonObject {
  const result: JsonObject = {};
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    assign(result, keysOf(name), equals < 0 ? '' : decode(pair.slice(equals + 1)));
  }
  return listsFromIndices(result);
}

function decode(text: string): string {
  return rawDecode(text.replaceAll('+', ' '));
}

/** PHP's rawurldecode: broken escapes stay as they are and bytes that are no UTF-8 become U+FFFD. */
export function rawDecode(text: string): string {
  return Buffer.from(
    text.replaceAll(
      /%([0-9a-f]{2})|([^%]+|%)/gi,
      (_match, hex: string | undefined, plain: string | undefined) =>
        hex === undefined
          ? Buffer.from(plain ?? '', 'utf8').toString('latin1')
          : String.fromCharCode(parseInt(hex, 16)),
    ),
    'latin1',
  ).toString('utf8');
}

function keysOf(name: string): string[] {
  const bracket = name.indexOf('[');
  if (bracket <= 0) return [name];
  return [
    name.slice(0, bracket),
    ...[...name.slice(bracket).matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? ''),
  ];
}

function assign(target: JsonObject, keys: string[], value: string): void {
  const [head = '', ...rest] = keys;
  const key = head === '' ? String(Object.keys(target).length) : head;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const existing = target[key];
  const child: JsonObject = isObject(existing) ? existing : {};
  target[key] = child;
  assign(child, rest, value);
}

/** Members named 0, 1, 2 … in order are a list for the rest of the code, as they are for PHP's foreach. */
function listsFromIndices(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toList(member ?? null)]));
}

function toList(value: Json): Json {
  if (!isObject(value)) return value;
  const members = Object.entries(listsFromIndices(value));
  const allNumeric = members.length > 0 && members.every(([key]) => /^\d+$/.test(key));
  return allNumeric ? members.map(([, member]) => member ?? null) : Object.fromEntries(members);
}
