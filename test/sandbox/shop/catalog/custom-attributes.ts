import { asText } from '../rest/json.ts';
import { badRequest, FatalError } from '../rest/errors.ts';
import type { Json } from '../rest/json.ts';
import { isObject } from '../rest/json.ts';
import type { Attribute } from './attributes.ts';
import { attributeOf } from './attributes.ts';

/**
 * Reads `custom_attributes` of a request: unknown codes are dropped silently, values are checked by the type
 * of their attribute, null and '' clear (FACTS section 7).
 *
 * @throws RestError 400 for a value of the wrong type; FatalError when a map is sent instead of a list
 */
export function customAttributeValues(given: Json | undefined, attributeSetId: number): Map<string, Json> {
  const values = new Map<string, Json>();
  if (given === undefined || given === null) return values;
  if (!Array.isArray(given)) throw new FatalError();
  for (const element of given) {
    if (!isObject(element)) throw new FatalError();
    const code = asText(element['attribute_code'] ?? element['attributeCode']);
    const attribute = attributeOf(code);
    if (attribute === undefined) continue;
    const value = checked(attribute, element['value'] ?? null);
    if (attributeOf(code, attributeSetId) !== undefined) values.set(code, value);
  }
  return values;
}

function checked(attribute: Attribute, value: Json): Json {
  if (value === null || value === '') return null;
  if (typeof value === 'object')
    throw invalid(attribute.code, 'array', attribute.type === 'int' ? 'int' : 'string');
  if (attribute.type === 'int') {
    if (!/^-?\d+$/.test(String(value))) throw invalid(attribute.code, String(value), 'int');
    return String(value);
  }
  if (attribute.type === 'decimal') return (Number.parseFloat(String(value)) || 0).toFixed(6);
  if (attribute.type === 'date') return dateValue(attribute.code, String(value));
  return withoutEmoji(String(value));
}

function dateValue(code: string, text: string): string {
  if (Number.isNaN(Date.parse(`${text.replace(' ', 'T')}${text.length > 10 ? 'Z' : ''}`))) {
    throw badRequest('Invalid value of "%value" provided for the %fieldName field.', {
      fieldName: code,
      value: text,
    });
  }
  return text.length === 10 ? `${text} 00:00:00` : text;
}

function invalid(code: string, given: string, type: string): Error {
  return badRequest(
    `Error occurred during "custom_attributes" processing. Attribute "${code}" has invalid value. The "${given}" value's type is invalid. The "${type}" type was expected. Verify and try again.`,
  );
}

/** The database column holds three bytes a character: each byte of an emoji becomes a question mark. */
export function withoutEmoji(text: string): string {
  return text.replaceAll(/[\u{10000}-\u{10FFFF}]/gu, '????');
}
