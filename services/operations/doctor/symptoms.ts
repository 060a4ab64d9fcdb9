/** What merchants see, and how it is recognised here. */
import { ok, warn } from '../../platform/finding.ts';
import type { Finding } from '../../platform/finding.ts';
import type { Evidence } from './evidence.ts';

export interface Symptom {
  name: string;
  /** What people say. */
  seen: string;
  /** Codes of findings, parked records and outcomes by which it is recognised. */
  codes: RegExp;
  /** Other signs, in words; null where there are none. */
  sign?: (evidence: Evidence) => string | null;
  cause: string;
  fix: string;
}

export const symptoms: readonly Symptom[] = [
  {
    name: 'refused',
    seen: 'The shop answers 401 or 403',
    codes:
      /^magento\.(unauthorized|signature_\w+|consumer_\w+|token_\w+|scope_missing|oauth_stripped|clock_ahead|edge_blocked|nonce_replayed)$/,
    cause:
      'The credentials are of another shop or were reissued, a right is missing, the clock or the signature is wrong',
    fix: 'Look at the findings of the shop above: each says which of these it is',
  },
  {
    name: 'stuck_stock',
    seen: 'Stock in the shop stands still',
    codes:
      /^(line\.stuck_inventory-applier|stock\.(sku_unknown|source_unmapped|product_missing)|magento\.could_not_save)$/,
    sign: ({ paused }) =>
      paused.some(({ reader }) => reader === 'inventory-applier') ? 'inventory-applier is paused' : null,
    cause: 'The product or the source is not there, or the flow is off, paused, or refused by the shop',
    fix: '`cartage explain sku SKU` of one of them, `cartage parked list --flow stock`',
  },
  {
    name: 'images_missing',
    seen: 'Products without pictures',
    codes: /^product\.image_\w+$/,
    cause: 'The picture cannot be fetched from where the ERP says, or the shop refuses it',
    fix: '`cartage parked list --flow catalog`: each says which picture, and why',
  },
  {
    name: 'duplicate_orders',
    seen: 'An order is twice in the ERP',
    codes: /^order\.(lookup_ambiguous|lookup_blind)$/,
    sign: ({ twiceMade }) =>
      twiceMade.length === 0 ? null : `made more than once: ${twiceMade.slice(0, 3).join(', ')}`,
    cause: 'The look-up of erp.orders or of the recipe does not find what was created, or finds another',
    fix: '`cartage explain order NUMBER`; then correct the look-up before more orders are made',
  },
  {
    name: 'unmapped_methods',
    seen: 'Orders do not arrive in the ERP, or parcels not in the shop',
    codes: /^(order|customer|shipment|product)\.\w+_unmapped$/,
    cause:
      'A payment, shipping or tax code, a store view, a carrier or a source has no line in the configuration',
    fix: '`cartage parked list` names the line to add; it is read again by itself, and releases what waits',
  },
  {
    name: 'time_outs',
    seen: 'Calls take too long, or end without an answer',
    codes:
      /^(http\.(deadline|connection_lost)|erp\.(deadline|locked|contention|resources_exhausted)|magento\.(gateway|throttled|internal_error|database_lock|too_many))$/,
    cause: 'The other side has too much to do',
    fix: "`cartage set FLOW concurrency 1 --reason 'slow'` relieves it at once; then look at the other side",
  },
  {
    name: 'stale_storefront',
    seen: 'The shop shows old stock or prices',
    codes: /^shop\.index_late$/,
    cause: 'What was written is in the tables of the shop, and its indexes or caches have not followed',
    fix: 'In the shop: bin/magento indexer:status, cron:run, queue:consumers:list; see that cron runs each minute',
  },
];

/** @param failed codes of what was found wrong so far, by checks */
export function symptomFindings(evidence: Evidence, failed: readonly string[]): Finding[] {
  return symptoms.map(({ name, seen, codes, sign, cause, fix }) => {
    const met = [...evidence.codes].filter(([code]) => codes.test(code));
    const signs = [
      ...met.map(([code, { count, keys }]) => `${code} ${count} times, such as ${keys.join(', ')}`),
      ...new Set(failed.filter((code) => codes.test(code))),
      ...[sign?.(evidence) ?? null].filter((words) => words !== null),
    ];
    if (signs.length === 0) return ok(`symptom.${name}`, `${seen}: nothing says so`);
    return warn(`symptom.${name}`, `${seen}: ${signs.join('; ')}`, cause, fix);
  });
}
