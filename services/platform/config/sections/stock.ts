import { z } from 'zod';
import { count, milliseconds, text, yesOrNo } from '../fields.ts';

const units = z.coerce.number().min(0);

/** What becomes of the shop's numbers while the ERP tells nothing: they stay, are zero, or lower by so many units. */
const whenOld = z.union([z.enum(['freeze', 'zero']), z.strictObject({ buffer: units })]);

/** What may be said of a warehouse or of a SKU. */
const rule = { safetyBuffer: units.optional(), backorders: yesOrNo.optional() };

export const stockSection = z
  .strictObject({
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
    /** Warehouses that the shop is not to know: nothing of theirs is held, and nothing written. */
    ignore: z.array(text).default([]),
    /** Units kept back per SKU and source: the number written is lower by this. */
    safetyBuffer: units.default(0),
    /** Whether a SKU of which nothing is left stays in stock. */
    backorders: yesOrNo.default(false),
    /** Whether a source gets a row for a SKU of which it has nothing and that it never had. */
    emptyRows: yesOrNo.default(false),
    /** Rules of single warehouses, by the ERP's code, before those of all. */
    warehouses: z
      .record(text, z.strictObject({ ...rule, emptyRows: yesOrNo.optional(), whenOld: whenOld.optional() }))
      .default({}),
    /** Rules of single SKUs, before those of warehouses. What the stream itself says of a row comes before all. */
    skus: z.record(text, z.strictObject(rule)).default({}),
    /** When what the ERP has told is too old to be sold by, and what becomes of it then. */
    feed: z
      .strictObject({ maxAgeMs: milliseconds(3_600_000), whenOld: whenOld.default('freeze') })
      .prefault({}),
    /**
     * Rows per request: begins at `initial`, grows and shrinks with what the shop's answers show a row to cost, never above
     * `max`. While requests take the shop long a change waits up to `lingerMs` for others, one that sells a SKU out or
     * restocks it less.
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
    /**
     * How often open orders are compared with what lies at the sources, and how long they must want more before that is an
     * oversell: between the ERP's goods issue and the shop's shipment goods are counted twice.
     */
    oversell: z
      .strictObject({ everyMs: milliseconds(900_000), graceMs: milliseconds(1_200_000) })
      .prefault({}),
    /** How long the shop is remembered to have a SKU before it is asked again. */
    knownSkuMs: milliseconds(600_000),
  })
  .superRefine(({ sources, warehouses, ignore }, context) => {
    for (const [index, warehouse] of ignore.entries())
      if (Object.hasOwn(sources, warehouse))
        context.addIssue({
          code: 'custom',
          path: ['ignore', index],
          message: `${warehouse} has a source under stock.sources: leave one of them out`,
        });
    for (const warehouse of Object.keys(warehouses))
      if (!Object.hasOwn(sources, warehouse))
        context.addIssue({
          code: 'custom',
          path: ['warehouses', warehouse],
          message: `has rules and no source: add it under stock.sources, which names ${Object.keys(sources).join(', ')}`,
        });
  });
