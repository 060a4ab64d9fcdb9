/**
 * 53 bits of a value, as many as a number holds exactly: once in 9e15 changes of a key one would be taken for none. The
 * members of an object count in any order: what is read back from a topic has that of the schema, a row's record that of the
 * code. It is never stored, and made of each row of each answer: as sorted JSON under SHA-1 it was a tenth of all the work.
 */

/** Of what was digested last: two halves, which no object has to hold. */
let high = 0;
let low = 0;

/** @param without members of the value itself that do not count. */
export function digestOfMembers(value: object, without: ReadonlySet<string>, beside: string | null): number {
  members(value as Record<string, unknown>, without);
  const [ofValue, alsoOfValue] = [high, low];
  anything(beside);
  fold(ofValue, alsoOfValue);
  return 0x1_0000_0000 * (high & 0x1f_ffff) + (low >>> 0);
}

function anything(value: unknown): void {
  switch (typeof value) {
    case 'string':
      return text(value, tags.string);
    case 'number':
      return text(String(value), tags.number);
    case 'boolean':
      return end(value ? 1 : 2, tags.boolean, 0);
    case 'object':
      if (value === null) return end(0, tags.null, 0);
      return Array.isArray(value) ? items(value) : members(value as Record<string, unknown>, nothing);
    default:
      throw new TypeError(`a ${typeof value} stands in no record`);
  }
}

const tags = { null: 1, boolean: 2, number: 3, string: 4, array: 5, object: 6 };
const nothing: ReadonlySet<string> = new Set();

function text(value: string, tag: number): void {
  let one = 0x9e3779b9 ^ tag;
  let other = 0x85ebca6b ^ tag;
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    one = Math.imul(one ^ code, 0x9e3779b1);
    other = Math.imul(other ^ code, 0x5f356495);
  }
  end(one, other, value.length);
}

function items(values: readonly unknown[]): void {
  let [one, other] = [tags.array, values.length];
  for (const value of values) {
    anything(value);
    fold(one, other);
    [one, other] = [high, low];
  }
  end(one, other, values.length);
}

/** A sum of what each is with its name: the same in any order. What is undefined is not there. */
function members(value: Record<string, unknown>, without: ReadonlySet<string>): void {
  let [one, other] = [0, 0];
  for (const name of Object.keys(value)) {
    const member = value[name];
    if (member === undefined || without.has(name)) continue;
    const named = nameOf(name);
    anything(member);
    fold(named.one, named.other);
    one = (one + high) | 0;
    other = (other + low) | 0;
  }
  end(one, other, tags.object);
}

/** Records have few names, most of them the same ones: as many as rows made up are not kept. */
const names = new Map<string, { one: number; other: number }>();
const namesMax = 1_000;

function nameOf(name: string): { one: number; other: number } {
  const known = names.get(name);
  if (known !== undefined) return known;
  text(name, tags.object);
  const made = { one: high, other: low };
  if (names.size < namesMax) names.set(name, made);
  return made;
}

/** With another half each, in this order. */
function fold(one: number, other: number): void {
  end(
    Math.imul(high ^ (one >>> 15), 0x2c1b3c6d) + one,
    Math.imul(low ^ (other >>> 13), 0x297a2d39) + other,
    7,
  );
}

/** Mixes each half into the other, until each bit of one turns half of the bits of both. */
function end(one: number, other: number, more: number): void {
  let left = one ^ more;
  let right = other + Math.imul(more, 0x165667b1);
  left = Math.imul(left ^ (left >>> 16), 0x85ebca6b) ^ Math.imul(right ^ (right >>> 13), 0xc2b2ae35);
  right = Math.imul(right ^ (right >>> 16), 0x85ebca6b) ^ Math.imul(left ^ (left >>> 13), 0xc2b2ae35);
  high = left ^ (right >>> 15);
  low = right;
}
