import type { Attribute } from '../../magento/attributes.ts';
import type { MagentoProduct } from '../../magento/products.ts';
import { compareDecimals, decimalOf, toPlaces } from '../../platform/decimal.ts';
import { Rejected } from '../../platform/errors.ts';

/** What is longer, Magento cuts without a word (FACTS section 7). */
const varcharLength = 255;
/** Places that Magento keeps of a decimal attribute. */
const decimalPlaces = 6;
const decimalDigits = 14;
const integerMax = 2_147_483_647;
const pictures = new Set(['media_image', 'gallery']);
const yes = new Set(['1', 'true', 'yes']);
const no = new Set(['0', 'false', 'no']);

/** Labels of a multiselect: one a line, or parted by commas. */
export function labelsOf(attribute: Attribute, text: string): string[] {
  if (attribute.input !== 'multiselect') return [text];
  const labels = text.split(text.includes('\n') ? '\n' : ',').map((label) => label.trim());
  return [...new Set(labels.filter((label) => label !== ''))];
}

/**
 * A value in the form in which Magento keeps and shows it, so that it is written once and found equal ever after: dates
 * with a time, decimals with their places, yes as 1. Of attributes with options see `labelsOf`.
 * @throws Rejected when Magento would cut it, round it to nothing or refuse it
 */
export function keptValue(attribute: Attribute, text: string, sku: string): string {
  const refuse = (why: string) => invalid(attribute, sku, why);
  if (attribute.backend === 'static' || pictures.has(attribute.input ?? ''))
    throw refuse(
      'it is no attribute that keeps a text; what it stands for has a column of its own, or is the shop’s',
    );
  if (attribute.input === 'boolean') {
    const folded = text.trim().toLowerCase();
    if (yes.has(folded)) return '1';
    if (no.has(folded)) return '0';
    throw refuse('it is neither yes nor no');
  }
  if (attribute.backend === 'datetime') return timeKept(attribute, text.trim(), refuse);
  if (attribute.backend === 'decimal') {
    if (!/^-?\d+(\.\d+)?$/.test(text.trim())) throw refuse('it is no decimal number; Magento would keep 0');
    const kept = toPlaces(decimalOf(text.trim()), decimalPlaces);
    if (kept.replace(/^-|\..*$/g, '').length <= decimalDigits) return kept;
    throw refuse(`it has more than ${decimalDigits} digits before the point`);
  }
  if (attribute.backend === 'int' && !isInteger(text.trim()))
    throw refuse(`it is no whole number up to ${integerMax}`);
  if (attribute.backend === 'varchar' && text.length > varcharLength)
    throw refuse(`it has ${text.length} characters; Magento would cut it at ${varcharLength}`);
  return attribute.backend === 'int' ? text.trim() : text;
}

/** The options of a multiselect are kept as one text. @throws Rejected when Magento would cut it */
export function keptOptions(attribute: Attribute, values: readonly string[], sku: string): string {
  const kept = values.join(',');
  if (attribute.backend !== 'varchar' || kept.length <= varcharLength) return kept;
  throw invalid(
    attribute,
    sku,
    `its options are a list of ${kept.length} characters; Magento would cut it at ${varcharLength}`,
  );
}

const isInteger = (text: string) => /^-?\d{1,10}$/.test(text) && Math.abs(Number(text)) <= integerMax;

/** Magento keeps dates as a time without zone: of a time with one, the moment in UTC. */
function timeKept(attribute: Attribute, text: string, refuse: (why: string) => Rejected): string {
  const [, date, time, zone] =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(text) ?? [];
  const moment = Date.parse(`${date}T${time ?? '00:00'}${zone ?? 'Z'}`);
  // A parser may take the 31st of a month with thirty days for the first of the next.
  const isDay = date !== undefined && new Date(`${date}T00:00Z`).toJSON()?.slice(0, 10) === date;
  if (!isDay || Number.isNaN(moment))
    throw refuse('it is no date such as 2026-01-31 or 2026-01-31T08:00:00Z');
  if (attribute.input === 'date') return `${date} 00:00:00`;
  return new Date(moment).toISOString().slice(0, 19).replace('T', ' ');
}

/** Whether what Magento shows of an attribute is the wanted value. Null: none. */
export function isKept(
  attribute: Attribute | undefined,
  found: string | null,
  wanted: string | null,
): boolean {
  if (found === null || wanted === null || found === wanted) return found === wanted;
  if (attribute?.backend === 'decimal')
    return /^-?\d+(\.\d+)?$/.test(found) && compareDecimals(found, wanted) === 0;
  if (attribute?.input === 'multiselect') return sorted(found) === sorted(wanted);
  return false;
}

/** The value of an attribute as text, the way it is written; null: none. */
export function valueIn(
  { custom_attributes }: Pick<MagentoProduct, 'custom_attributes'>,
  code: string,
): string | null {
  const value = custom_attributes.find(({ attribute_code }) => attribute_code === code)?.value;
  if (value === null || value === undefined || value === '') return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const sorted = (list: string) => list.split(',').toSorted().join(',');

function invalid({ code, input }: Attribute, sku: string, why: string): Rejected {
  return new Rejected({
    code: 'product.attribute_invalid',
    what: `Product ${sku}: the value for ${code} (${input ?? 'no input'}) cannot be kept by the shop`,
    why,
    fix: 'Correct it in the ERP or in the query of the products stream',
  });
}
