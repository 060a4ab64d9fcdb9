/** A JSON value as it travels; `undefined` members are left out by the serialiser. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [member: string]: Json | undefined;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Writes a value as PHP's json_encode does: an object without members comes out as `[]`,
 * because PHP has one kind of array (FACTS section 3).
 */
export function phpJson(value: Json | undefined): string {
  return JSON.stringify(emptyObjectsToLists(value ?? null));
}

function emptyObjectsToLists(value: Json): Json {
  if (Array.isArray(value)) return value.map(emptyObjectsToLists);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  if (members.length === 0) return [];
  return Object.fromEntries(members.map(([name, member]) => [name, emptyObjectsToLists(member)]));
}

/** A scalar as text, as PHP casts it; null, lists and objects are the empty text. */
export function asText(value: Json | undefined): string {
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}
