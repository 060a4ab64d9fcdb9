import type { Json, JsonObject } from './json.ts';
import { isObject } from './json.ts';
import { badRequest, FatalError, notSupported } from './errors.ts';

/** The declared type of a request member: Magento converts what it can and refuses the rest. */
export type InputType =
  | 'int'
  | 'float'
  | 'string'
  | 'bool'
  | 'mixed'
  | { list: InputType }
  | { members: Record<string, InputType> };

/**
 * Converts one member of a request as Magento's ServiceInputProcessor does (FACTS sections 6 and 10):
 * numbers may come as text, unknown members of an object are refused by their name in Pascal case,
 * camelCase members are accepted, a text in the place of an object kills the process.
 */
export function convert(value: Json, type: InputType, name: string | null): Json {
  if (typeof type === 'string') return convertScalar(value, type, name);
  if ('list' in type) return convertList(value, type.list, name);
  return convertObject(value, type.members);
}

function convertList(value: Json, element: InputType, name: string | null): Json {
  if (value === null) return null;
  if (typeof value !== 'object') {
    if (typeof element === 'string') throw wrongType(value, `${element}[]`, name);
    throw new FatalError();
  }
  return (Array.isArray(value) ? value : Object.values(value)).map((item) => {
    // A member that is no object, where a list of objects is declared, becomes an empty object.
    if (typeof element !== 'string' && 'members' in element && (typeof item !== 'object' || item === null))
      return {};
    return convert(item ?? null, element, name);
  });
}

function convertObject(value: Json, members: Record<string, InputType>): Json {
  if (value === null) return null;
  if (typeof value !== 'object') throw new FatalError();
  const result: JsonObject = {};
  for (const [given, member] of Object.entries(value)) {
    const name = snakeCase(given);
    const type = Object.hasOwn(members, name) ? members[name] : undefined;
    if (type === undefined) throw notSupported(pascalCase(given));
    result[name] = convert(member ?? null, type, name);
  }
  return result;
}

function convertScalar(
  value: Json,
  type: 'int' | 'float' | 'string' | 'bool' | 'mixed',
  name: string | null,
): Json {
  if (value === null || type === 'mixed') return value;
  if (typeof value === 'object') throw wrongType('array', type, name);
  if (type === 'string') return typeof value === 'boolean' ? (value ? '1' : '') : String(value);
  if (type === 'bool')
    return typeof value === 'string' ? !['', '0', 'false'].includes(value) : Boolean(value);
  if (typeof value === 'boolean') throw wrongType(value ? '1' : '', type, name);
  const text = String(value).trim();
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) throw wrongType(value, type, name);
  return type === 'int' ? Math.trunc(Number(text)) : Number(text);
}

function wrongType(value: Json, type: string, name: string | null): Error {
  const given =
    typeof value === 'string' && value !== 'array'
      ? value
      : typeof value === 'object'
        ? 'array'
        : String(value);
  const sentence = `The "${type.endsWith('[]') ? 'string' : given}" value's type is invalid. The "${type}" type was expected. Verify and try again.`;
  return badRequest(name === null ? sentence : `Error occurred during "${name}" processing. ${sentence}`);
}

/** A path parameter that is declared as an integer. */
export function pathInt(text: string): number {
  return convert(text, 'int', null) as number;
}

export function snakeCase(name: string): string {
  return name.replaceAll(
    /[A-Z]/g,
    (letter, offset: number) => `${offset === 0 ? '' : '_'}${letter.toLowerCase()}`,
  );
}

export function pascalCase(name: string): string {
  return name.replaceAll(/(?:^|_)([a-z0-9])/gi, (_match, letter: string) => letter.toUpperCase());
}

export function membersOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
