import { z } from 'zod';
import { plainDecimal } from './rest/json.ts';
import { magentoTimePattern } from './rest/time.ts';

/**
 * The building blocks of what Magento answers, after `parseExact` (numbers are text).
 * Magento leaves null members out more often than it sends them, so "optional" means null or absent.
 */

/** Decimal text without exponent: `60.8125`, `-2.5`, `0`. */
export const decimal = z.string().transform((text, context) => {
  try {
    return plainDecimal(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'expected a decimal number' });
    return z.NEVER;
  }
});

export const integer = z
  .string()
  .regex(/^-?\d{1,15}$/, 'expected an integer')
  .transform(Number);

/** UTC, as in `time.ts`. */
export const time = z.string().regex(magentoTimePattern, 'expected a time');

/** 0/1, sometimes true/false. */
export const flag = z.union([z.boolean(), z.string()]).transform((value) => value === true || value === '1');

export const text = z.string();

export const optionalText = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
/** What Magento's tables allow to be null and Cartage can do without. */
export const textOrEmpty = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
export const optionalDecimal = decimal.nullish().transform((value) => value ?? null);
export const optionalInteger = integer.nullish().transform((value) => value ?? null);
export const optionalFlag = flag.nullish().transform((value) => value ?? false);

/** PHP writes an empty map as `[]` (FACTS section 3), so `extension_attributes` may be either. */
export function mapOf<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess((value) => (value == null || Array.isArray(value) ? {} : value), z.object(shape));
}

/** A list; null or absent is empty (`fields=` without a hit gives `"items":null`). */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);
}

/** Where and what, never the value. */
export function whyUnreadable({ issues: [issue] }: z.ZodError): string {
  return `at ${issue?.path.join('.') || 'the top'}: ${issue?.message}`;
}
