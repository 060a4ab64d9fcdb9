import { z } from 'zod';
import { count, flowMode, milliseconds, yesOrNo } from '../fields.ts';

/** What may be compared, in the order in which a round does. */
export const comparedKinds = [
  'stock',
  'orders',
  'prices',
  'products',
  'shipments',
  'invoices',
  'creditmemos',
  'customers',
] as const;
export type ComparedKind = (typeof comparedKinds)[number];

const kind = z.enum(comparedKinds);

/** How both sides are compared, and what is done about what differs. */
export const reconcileSection = z
  .strictObject({
    enabled: yesOrNo.default(true),
    kinds: z.array(kind).default([...comparedKinds]),
    /** From the beginning of one round of all kinds to that of the next. */
    everyMs: milliseconds(3_600_000),
    /** A difference counts when it still stands so long after it was seen: until then it may be on its way. */
    lookAgainMs: milliseconds(60_000),
    /** Pause after each question to the shop or the ERP, in times of what it took: all others go first. */
    pauseShare: z.coerce.number().min(0).default(9),
    /** What is done by itself: `on` asks for the key again, `dry` only says so, `off` leaves it to people. */
    repair: z.partialRecord(kind, flowMode).default({}),
    /** Keys that are asked for by itself within an hour, of all kinds together. */
    repairsPerHour: count(500),
    /** Orders of a day that `cartage report daily` draws and compares field by field. */
    dailySample: count(20),
  })
  .prefault({});
