/** What the query of a stream gives, by topic: the names of its columns, and what may stand in them. */
import { z } from 'zod';
import { contractDecimal } from '../platform/decimal.ts';
import { parseJson } from './values.ts';

/** numeric arrives as text, integers and floats as numbers. */
const decimalColumn = z.union([z.string(), z.number()]).transform((value, context) => {
  try {
    // Plain, as far as twelve places: floating point has tiny rests, and writes them with an exponent.
    return contractDecimal(typeof value === 'number' ? value.toFixed(12) : value);
  } catch {
    context.addIssue({ code: 'custom', message: 'must be a decimal number' });
    return z.NEVER;
  }
});

/** Magento's own limits: 64 characters, and it trims spaces without a word (FACTS section 7). */
const skuColumn = z
  .string()
  .min(1)
  .max(64)
  .refine((sku) => sku === sku.trim(), 'must not begin or end with a space');

const timeColumn = z.iso
  .datetime({
    offset: true,
    local: true,
    error: 'must be a point in time, such as 2026-01-31T08:00:00Z: a date is none',
  })
  .transform((text) => Date.parse(/[Zz]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`));

/** Databases without booleans have 0 and 1. */
const flagColumn = z.union([z.boolean(), z.literal([0, 1]).transform(Boolean)]);

/** Databases without types for JSON give it as text. */
const jsonColumn = <Shape extends z.ZodType>(shape: Shape) =>
  z.preprocess((value) => {
    if (typeof value !== 'string') return value;
    try {
      return parseJson(value);
    } catch {
      return value;
    }
  }, shape);

export const stockColumns = z.object({
  source: z.string().min(1),
  sku: skuColumn,
  quantity: decimalColumn,
  sellable: flagColumn.nullish(),
  backorders: flagColumn.nullish(),
  buffer: decimalColumn.refine((units) => !units.startsWith('-'), 'must not be negative').nullish(),
});

const image = z.object({
  url: z.string().min(1).nullish(),
  version: z.union([z.string(), z.number()]).nullish(),
  data: z.base64().nullish(),
  label: z.string().nullish(),
  roles: z.array(z.string()).nullish(),
  disabled: flagColumn.nullish(),
});

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const attributeValues = z.record(z.string(), z.union([scalar, z.null(), z.array(scalar)]));
const skuList = jsonColumn(z.array(skuColumn).nullish());
const quantity = decimalColumn.nullish();

const bundle = z.object({
  price: z.enum(['parts', 'own']).nullish(),
  shipment: z.enum(['together', 'separately']).nullish(),
  options: z.array(
    z.object({
      title: z.string().min(1),
      input: z.enum(['select', 'radio', 'checkbox', 'multi']).nullish(),
      required: flagColumn.nullish(),
      parts: z.array(
        z.object({
          sku: skuColumn,
          quantity,
          default: flagColumn.nullish(),
          quantityMayChange: flagColumn.nullish(),
          surcharge: decimalColumn.nullish(),
          percent: flagColumn.nullish(),
        }),
      ),
    }),
  ),
});

const download = z.object({
  title: z.string().min(1),
  url: z.url(),
  price: decimalColumn.nullish(),
  timesMax: z.int().positive().nullish(),
});

export const productColumns = z.object({
  sku: skuColumn,
  kind: z.string().default('simple'),
  name: z.string().min(1),
  description: z.string().nullish(),
  weight: decimalColumn.nullish(),
  enabled: flagColumn,
  tax_class: z.string().nullish(),
  visibility: z.string().nullish(),
  attribute_set: z.string().min(1).nullish(),
  websites: jsonColumn(z.array(z.string().min(1)).nullish()),
  categories: jsonColumn(z.array(z.union([z.string().min(1), z.number().transform(String)])).nullish()),
  varies_by: jsonColumn(z.array(z.string().min(1)).nullish()),
  children: skuList,
  parts: jsonColumn(z.array(z.object({ sku: skuColumn, quantity })).nullish()),
  bundle: jsonColumn(bundle.nullish()),
  downloads: jsonColumn(z.array(download).nullish()),
  related: skuList,
  up_sells: skuList,
  cross_sells: skuList,
  images: jsonColumn(z.array(image).nullish()),
  attributes: jsonColumn(attributeValues.nullish()),
  translations: jsonColumn(z.record(z.string().min(1), attributeValues).nullish()),
});

const price = z.object({
  list: z.string().min(1),
  currency: z.string().regex(/^[A-Z]{3}$/),
  amount: decimalColumn,
  minQuantity: decimalColumn.nullish(),
  from: timeColumn.nullish(),
  to: timeColumn.nullish(),
  website: z.string().min(1).nullish(),
  group: z.string().min(1).nullish(),
});

export const priceColumns = z.object({ sku: skuColumn, prices: jsonColumn(z.array(price)) });

/** In units of the currency, such as 12.50. */
const documentAmounts = z.object({
  currency: z.string().regex(/^[A-Z]{3}$/),
  total: decimalColumn.nullish(),
  shipping: decimalColumn.nullish(),
  adjustmentRefund: decimalColumn.nullish(),
  adjustmentFee: decimalColumn.nullish(),
});

export const fulfilmentColumns = z.object({
  instance: z.string().min(1),
  store: z.string().min(1),
  increment_id: z.string().min(1),
  document_id: z.string().min(1),
  kind: z.string().min(1),
  occurred_on: timeColumn,
  source: z.string().nullish(),
  lines: jsonColumn(
    z.array(
      z.object({
        sku: skuColumn,
        orderLineId: z.string().nullish(),
        quantity: decimalColumn,
        returnToStock: flagColumn.nullish(),
      }),
    ),
  ),
  amounts: jsonColumn(documentAmounts.nullish()),
  invoice_id: z.string().nullish(),
  withdrawn: flagColumn.nullish(),
  text: z.string().nullish(),
  packages: jsonColumn(
    z
      .array(
        z.object({
          carrier: z.string().min(1),
          service: z.string().nullish(),
          trackingNumber: z.string().min(1),
        }),
      )
      .nullish(),
  ),
});

export const columnsOf: Readonly<Record<string, z.ZodObject>> = {
  'erp.stock': stockColumns,
  'erp.products': productColumns,
  'erp.prices': priceColumns,
  'erp.fulfilments': fulfilmentColumns,
};

/** What a column must come as. `text` is whatever the driver gives as text: bigint and numeric, too, but no integer. */
export type ColumnKind = 'text' | 'decimal' | 'flag' | 'time' | 'json';

/** Of the columns that are no text. */
const kinds: Readonly<Record<string, ColumnKind>> = {
  quantity: 'decimal',
  weight: 'decimal',
  sellable: 'flag',
  backorders: 'flag',
  buffer: 'decimal',
  enabled: 'flag',
  occurred_on: 'time',
  attributes: 'json',
  translations: 'json',
  websites: 'json',
  categories: 'json',
  varies_by: 'json',
  children: 'json',
  parts: 'json',
  bundle: 'json',
  downloads: 'json',
  related: 'json',
  up_sells: 'json',
  cross_sells: 'json',
  images: 'json',
  prices: 'json',
  lines: 'json',
  packages: 'json',
  amounts: 'json',
  withdrawn: 'flag',
};

export function columnKind(column: string): ColumnKind {
  return kinds[column] ?? 'text';
}

/** The parts of a record's key, by topic: columns of its rows too. */
export const keyPartsOf: Readonly<Record<string, readonly string[]>> = {
  'erp.stock': ['source', 'sku'],
  'erp.products': ['sku'],
  'erp.prices': ['sku'],
  'erp.fulfilments': ['instance', 'store', 'increment_id'],
};
