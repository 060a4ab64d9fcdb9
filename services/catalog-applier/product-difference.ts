import type { MagentoProduct, ProductWrite } from '../magento/products.ts';
import { compareDecimals } from '../platform/decimal.ts';
import type { WantedProduct } from './product-mapping.ts';

/** What has to be written for a product to be as wanted; empty when it is. */
export function differenceOf(wanted: WantedProduct & { status: 1 | 2 }, found: MagentoProduct): ProductWrite {
  const difference: ProductWrite = {};
  if (found.name !== wanted.name) difference.name = wanted.name;
  if (found.visibility !== wanted.visibility) difference.visibility = wanted.visibility;
  if (found.status !== wanted.status) difference.status = wanted.status;
  if (wanted.weight !== null && (found.weight === null || compareDecimals(found.weight, wanted.weight) !== 0))
    difference.weight = wanted.weight;
  const attributes = attributeDifference(wanted.customAttributes, found);
  if (Object.keys(attributes).length > 0) difference.customAttributes = attributes;
  return difference;
}

function attributeDifference(
  wanted: WantedProduct['customAttributes'],
  found: MagentoProduct,
): Record<string, string | null> {
  const known = new Map(
    found.custom_attributes.map(({ attribute_code, value }) => [attribute_code, valueText(value)]),
  );
  return Object.fromEntries(
    Object.entries(wanted).filter(([code, value]) => !isSame(known.get(code) ?? null, value || null)),
  );
}

/** Magento returns decimal attributes with six places, whatever was written. */
function isSame(found: string | null, wanted: string | null): boolean {
  if (found === null || wanted === null || found === wanted) return found === wanted;
  const areDecimals = /^-?\d+\.\d{6}$/.test(found) && /^-?\d+(\.\d+)?$/.test(wanted);
  return areDecimals && compareDecimals(found, wanted) === 0;
}

/** Codes of attributes that were written and are not there: Magento ignores unknown ones without a word. */
export function ignoredAttributes(written: ProductWrite, saved: MagentoProduct): string[] {
  const asked = Object.entries(written.customAttributes ?? {}).filter(
    ([, value]) => value !== null && value !== '',
  );
  const known = new Set(saved.custom_attributes.map(({ attribute_code }) => attribute_code));
  return asked.map(([code]) => code).filter((code) => !known.has(code));
}

/** Magento's values as text, the way they are written. */
function valueText(value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'string') return value;
  return JSON.stringify(value);
}
