/** What the rows of a stream's query must hold, and how one becomes a record. One file per topic beside this one. */
import { z } from 'zod';
import type { Contract } from '../../../schemas/topics.ts';
import type { Version } from '../../../schemas/types.ts';
import { contractDecimal } from '../../platform/decimal.ts';

/** What every record says beside its row. */
export interface Origin {
  occurredAt: number | null;
  version: Version;
  /** Key of the stream, JSON of its key column. */
  sourceKey: string;
}

/** What every record of a stream has; which topic it is of, only its shape knows. */
export interface StreamRecord {
  sourceKey: string;
  version: Version;
  deleted?: boolean;
}

export interface RowShape<Value> {
  contract: Contract<Value>;
  /** Names of the parts of a record's key, as `find` gets them in `$records`. */
  keyParts: readonly string[];
  /** Checks a row and makes the record of it. @throws ZodError */
  read(row: unknown, origin: Origin): Value;
  /** What the calendar makes of the value, where it does; a change of that alone is published too. */
  validAt?: (value: Value, at: number) => string;
  /** The record that says the ERP no longer has it, from the parts of its key; null where absence means nothing. */
  deleted: ((keyParts: string[], origin: Origin) => Value) | null;
}

/** numeric arrives as text, integers and floats as numbers. */
export const decimalColumn = z.union([z.string(), z.number()]).transform((value, context) => {
  try {
    return contractDecimal(String(value));
  } catch {
    context.addIssue({ code: 'custom', message: 'must be a decimal number' });
    return z.NEVER;
  }
});

/** Magento's own limits: 64 characters, and it trims spaces without a word (FACTS section 7). */
export const skuColumn = z
  .string()
  .min(1)
  .max(64)
  .refine((sku) => sku === sku.trim(), 'must not begin or end with a space');

export const timeColumn = z.iso
  .datetime({ offset: true, local: true })
  .transform((text) => Date.parse(/[Zz]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`));
