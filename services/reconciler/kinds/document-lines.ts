import type { DocumentKind, MarkedDocument } from '../../magento/documents.ts';
import type { OrderedLine } from '../../magento/orders.ts';
import { foldSku } from '../../magento/sku.ts';
import { contractDecimal, decimalOf, sum, toPlaces, zero } from '../../platform/decimal.ts';
import type { Decimal } from '../../platform/decimal.ts';
import type { Unlike } from '../compare/comparer.ts';

/** One line of the ERP's document: of which of the shop's, or by its SKU, and how many. */
export type WantedLine = readonly [orderLineId: string | null, sku: string, quantity: string];

/**
 * How many of each SKU the shop's document is of, as far as its order tells it without further questions: of the lines of the
 * order themselves. Bundles go by their parts in some documents and not in others, and what options have renamed is known
 * by the product alone; of those, and of lines that the order does not have, nothing is said.
 */
export function unlikeLines(
  kind: DocumentKind,
  wanted: readonly WantedLine[],
  ordered: readonly OrderedLine[],
  made: MarkedDocument['items'],
): Unlike[] {
  const plain = ordered.filter((line) => isPlain(line, kind));
  const inBundles = new Set(
    ordered.filter((line) => isOfBundle(line, ordered)).map(({ sku }) => foldSku(sku)),
  );
  if (wanted.length === 0) return [];
  const bySku = Map.groupBy(plain, ({ sku }) => foldSku(sku));
  const asked = new Map<string, Decimal>();
  for (const [id, sku, quantity] of wanted) {
    const line = plain.find(({ item_id }) => String(item_id) === id);
    const folded = foldSku(line?.sku ?? sku);
    if (id !== null && line === undefined) return [];
    if (inBundles.has(folded) || !bySku.has(folded)) return [];
    asked.set(folded, sum([asked.get(folded) ?? zero, decimalOf(quantity)]));
  }
  return [...bySku].flatMap(([folded, lines]) => {
    const ids = new Set(lines.map(({ item_id }) => item_id));
    const found = sum(
      made.filter(({ order_item_id }) => ids.has(order_item_id)).map(({ qty }) => decimalOf(qty)),
    );
    const own = asked.get(folded) ?? zero;
    if (own === found || inBundles.has(folded)) return [];
    return [{ field: `lines.${lines[0]!.sku}`, wanted: shown(own), found: shown(found) }];
  });
}

const shown = (quantity: Decimal) => (quantity === zero ? null : contractDecimal(toPlaces(quantity, 4)));

/** Nothing virtual is shipped. */
const isPlain = ({ parent_item_id, product_type, is_virtual }: OrderedLine, kind: DocumentKind) =>
  parent_item_id === null && product_type !== 'bundle' && !(kind === 'shipments' && is_virtual);

const isOfBundle = ({ parent_item_id: parent }: OrderedLine, ordered: readonly OrderedLine[]) =>
  parent !== null &&
  ordered.some(({ item_id, product_type }) => item_id === parent && product_type === 'bundle');
