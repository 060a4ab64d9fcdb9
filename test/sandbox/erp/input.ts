import { z } from 'zod';

/**
 * What may stand in a request. Quantities and amounts are decimals of at most four places, as a number or as
 * text, and leave as text with exactly four: the books count in numeric(16,4), and floats never enter them.
 */
const decimal = z
  .union([z.number(), z.string()])
  .transform(String)
  .refine((text) => /^-?\d{1,10}(\.\d{1,4})?$/.test(text), 'must be a decimal with at most four places')
  .transform((text) => {
    const [whole = '0', fraction = ''] = text.split('.');
    return `${whole}.${fraction.padEnd(4, '0')}`;
  });

export const notNegative = decimal.refine((text) => !text.startsWith('-'), 'must not be negative');
export const positive = notNegative.refine((text) => /[1-9]/.test(text), 'must be more than zero');

export const sku = z.string().trim().min(1).max(64);
export const code = z.string().trim().min(1).max(40);
export const trackingNumber = z.string().trim().min(1).max(80);
export const moment = z.iso.datetime({ offset: true });

/** An id in a path. */
export const id = z.coerce.number().int().positive().max(2_147_483_647);
