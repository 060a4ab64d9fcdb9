import { z } from 'zod';
import { count, milliseconds, text } from '../fields.ts';

export const stockSection = z.strictObject({
  /** ERP warehouse code to Magento source code. Stock of a warehouse that is not listed is held. */
  sources: z.record(text, text).superRefine((sources, context) => {
    // Quantities are absolute: two warehouses on one source would overwrite each other for ever.
    const codes = Object.values(sources);
    for (const code of new Set(codes.filter((code, index) => codes.indexOf(code) !== index)))
      context.addIssue({
        code: 'custom',
        message: `several warehouses feed the source ${code}; add them up in the query of the stock stream instead`,
      });
  }),
  /** Units kept back per SKU and source: the number written is lower by this. */
  safetyBuffer: z.coerce.number().min(0).default(0),
  /**
   * Rows per request: begins at `initial`, grows and shrinks with what the shop's answers show a row to cost, never above
   * `max`. A change waits `lingerMs` for others, unless it sells a SKU out or restocks it.
   */
  batch: z
    .strictObject({
      initial: count(100),
      max: count(200),
      targetMs: milliseconds(1_000),
      lingerMs: milliseconds(1_000),
    })
    .prefault({}),
  /** How often all that lies at the shop's sources is compared with what was written, slowly. */
  compareEveryMs: milliseconds(3_600_000),
  /** How long the shop is remembered to have a SKU before it is asked again. */
  knownSkuMs: milliseconds(600_000),
});
