import type { DocumentKind, MarkedDocument } from '../../magento/documents.ts';
import type { OrderedLine } from '../../magento/orders.ts';
import { foldSku } from '../../magento/sku.ts';
import { contractDecimal, decimalOf, sum, toPlaces, zero } from '../../platform/decimal.ts';
import type { Decimal } from '../../platform/decimal.ts';
import type { Unlike } from '../compare/comparer.ts';

/** One line of the ERP's document: of which of the shop's, or by its SKU, and how many. */
export type WantedLine = readonly [orderLineId: string | null, sku: string, quantity: string];

/**
 * How many of each product the shop's document is of, as far as its order tells it without further questions: over which lines
 * of one product the shop has spread them is its own affair. Bundles go by their parts in some documents and not in others, and
 * what options have renamed is known by the product alone, whose SKU theirs begins with: of those, and of what the order does
 * not have, nothing is said.
 */
export function unlikeLines(
  kind: DocumentKind,
  wanted: readonly WantedLine[],
  ordered: readonly OrderedLine[],
  made: MarkedDocument['items'],
): Unlike[] {
  if (wanted.length === 0) return [];
  const lines = ordered.map((line) => ({
    ...line,
    product: productOf(line, ordered),
    folded: foldSku(line.sku),
  }));
  const plain = lines.filter((line) => isPlain(line, kind));
  const apart = new Set(lines.filter((line) => isOfBundle(line, ordered)).map(({ product }) => product));
  const asked = new Map<string, Decimal>();
  for (const [id, sku, quantity] of wanted) {
    const folded = foldSku(sku);
    const line = lines.find(({ item_id, ...own }) =>
      id === null ? own.folded === folded : String(item_id) === id,
    );
    if (line) asked.set(line.product, sum([asked.get(line.product) ?? zero, decimalOf(quantity)]));
    else for (const one of plain) if (one.folded.startsWith(`${folded}-`)) apart.add(one.product);
  }
  return [...Map.groupBy(plain, ({ product }) => product)].flatMap(([product, own]) => {
    const ids = new Set(own.map(({ item_id }) => item_id));
    const found = sum(
      made.filter(({ order_item_id }) => ids.has(order_item_id)).map(({ qty }) => decimalOf(qty)),
    );
    const wants = asked.get(product) ?? zero;
    if (wants === found || apart.has(product)) return [];
    return [{ field: `lines.${own[0]!.sku}`, wanted: shown(wants), found: shown(found) }];
  });
}

/** By its id, of a variant by its own; of one that was deleted, by the SKU. */
function productOf(line: OrderedLine, ordered: readonly OrderedLine[]): string {
  const variant =
    line.product_type === 'configurable'
      ? ordered.find(({ parent_item_id }) => parent_item_id === line.item_id)
      : undefined;
  const { product_id, sku } = variant ?? line;
  return product_id === null ? foldSku(sku) : `#${product_id}`;
}

const shown = (quantity: Decimal) => (quantity === zero ? null : contractDecimal(toPlaces(quantity, 4)));

/** Nothing virtual is shipped. */
const isPlain = ({ parent_item_id, product_type, is_virtual }: OrderedLine, kind: DocumentKind) =>
  parent_item_id === null && product_type !== 'bundle' && !(kind === 'shipments' && is_virtual);

const isOfBundle = ({ parent_item_id: parent }: OrderedLine, ordered: readonly OrderedLine[]) =>
  parent !== null &&
  ordered.some(({ item_id, product_type }) => item_id === parent && product_type === 'bundle');
