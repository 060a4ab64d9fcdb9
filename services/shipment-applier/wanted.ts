import type { Fulfilment, FulfilmentLine } from '../../schemas/types.ts';
import type { OrderItemInBrief } from '../magento/order-shape.ts';
import { foldSku } from '../magento/sku.ts';
import { decimalOf, dividedBy, minus, one, sum, times, toPlaces, zero } from '../platform/decimal.ts';
import type { Decimal } from '../platform/decimal.ts';
import { correct, rejected } from './lines.ts';
import type { Deed, WantedItem } from './lines.ts';
import { partsOf, perUnit } from './units.ts';
import type { OrderUnits } from './units.ts';

/** What a document is to be of, and the order that it is made of. */
export interface Asked {
  wanted: readonly WantedItem[];
  units: OrderUnits;
}

/**
 * The items that a document is about, as Magento wants them named. Lines name them by their id, by the SKU that the order
 * has, or that the product has, or a part of it. Of virtual goods nothing is shipped: they are left out there.
 * @throws Rejected when a line is not of the order, or of parts that make no whole.
 */
export function wantedItems(document: Fulfilment, units: OrderUnits, deed: Deed): WantedItem[] {
  if (document.lines.length === 0) throw rejected(deed, 'empty', document, 'has no lines', correct);
  const wanted = new Wanted(document, units, deed);
  for (const line of document.lines) wanted.add(line);
  return wanted.items();
}

/**
 * How many of each product a document is of, by the SKU that its stock is kept under. Where there is a document in the
 * shop already this is what it is compared by: over which of several lines with one SKU it was spread was decided by what was
 * left of each as it was made. What the order does not have stands here under the ERP's SKU.
 */
export function goodsAsked(
  document: Pick<Fulfilment, 'lines'>,
  units: OrderUnits,
  { skipsVirtual = false }: Pick<Deed, 'skipsVirtual'>,
): Map<string, Decimal> {
  const goods = new Map<string, Decimal>();
  for (const { orderLineId, sku, quantity } of document.lines) {
    const item =
      orderLineId === null
        ? namedBy(sku, units)[0]
        : units.items.find(({ item_id }) => item_id === Number(orderLineId));
    const pieces = item ? (units.pieces.get(item.item_id) ?? []) : [{ sku, perUnit: one, isVirtual: false }];
    for (const piece of pieces)
      if (!(skipsVirtual && piece.isVirtual))
        goods.set(piece.sku, sum([goods.get(piece.sku) ?? zero, times(piece.perUnit, decimalOf(quantity))]));
  }
  return goods;
}

/** Those that go by the SKU: lines of the order first, then what is part of one. A variant has the SKU of its line. */
function namedBy(sku: string, { items, pieces }: OrderUnits): OrderItemInBrief[] {
  const wanted = foldSku(sku);
  const found = items.filter((item) => {
    if (foldSku(item.sku) === wanted) return true;
    const own = pieces.get(item.item_id) ?? [];
    return own.length === 1 && own[0]!.item === item && foldSku(own[0]!.sku) === wanted;
  });
  const lines = found.filter(({ parent_item_id }) => parent_item_id === null);
  const known = new Set(lines.map(({ item_id }) => item_id));
  return [
    ...lines,
    ...found.filter(({ parent_item_id }) => parent_item_id !== null && !known.has(parent_item_id)),
  ];
}

class Wanted {
  readonly #document: Fulfilment;
  readonly #units: OrderUnits;
  readonly #deed: Deed;
  readonly #byId: ReadonlyMap<number, OrderItemInBrief>;
  /** How many of each item so far: of parts of a line that is named as a whole, too. */
  readonly #taken = new Map<OrderItemInBrief, Decimal>();

  constructor(document: Fulfilment, units: OrderUnits, deed: Deed) {
    this.#document = document;
    this.#units = units;
    this.#deed = deed;
    this.#byId = new Map(units.items.map((item) => [item.item_id, item]));
  }

  add(line: FulfilmentLine): void {
    const quantity = decimalOf(line.quantity);
    const { orderLineId, sku } = line;
    if (orderLineId !== null) {
      const item = this.#byId.get(Number(orderLineId));
      if (!item) throw this.#unknown(`the line ${orderLineId}`);
      this.#take(item, quantity);
      return;
    }
    const same = namedBy(sku, this.#units);
    if (same.length === 0) throw this.#unknown(`the SKU ${sku}`);
    this.#spread(quantity, same);
  }

  items(): WantedItem[] {
    for (const line of this.#units.items) this.#joinParts(line);
    return [...this.#taken]
      .filter(([item]) => this.#units.named.has(item.item_id))
      .map(([item, quantity]) => ({ item, quantity }));
  }

  /** Over the items of one SKU, each as far as something is left of it; what is too much is too much of the first. */
  #spread(quantity: Decimal, same: readonly OrderItemInBrief[]): void {
    let rest = quantity;
    for (const item of same) {
      const free = this.#leftOf(item);
      const part = free < rest ? free : rest;
      if (part <= 0n) continue;
      this.#take(item, part);
      rest = minus(rest, part);
    }
    if (rest !== zero || quantity === zero) this.#take(same[0]!, rest);
  }

  #take(item: OrderItemInBrief, quantity: Decimal): void {
    if (this.#deed.skipsVirtual && item.is_virtual) return;
    const parts = this.#units.named.has(item.item_id) ? [] : partsOf(item, this.#units.items);
    for (const part of parts) this.#take(part, times(perUnit(part, item), quantity));
    if (parts.length === 0) this.#taken.set(item, sum([this.#taken.get(item) ?? zero, quantity]));
  }

  #leftOf(item: OrderItemInBrief): Decimal {
    const taken = this.#taken.get(item) ?? zero;
    if (this.#units.named.has(item.item_id)) return minus(this.#deed.leftOf(item), taken);
    const line = item.parent_item_id === null ? undefined : this.#byId.get(item.parent_item_id);
    if (line && this.#units.named.has(line.item_id))
      return minus(times(perUnit(item, line), this.#leftOf(line)), taken);
    const wholes = partsOf(item, this.#units.items)
      .filter((part) => !(this.#deed.skipsVirtual && part.is_virtual))
      .map((part) => dividedBy(this.#leftOf(part), perUnit(part, item)));
    return wholes.reduce((least, whole) => (whole < least ? whole : least), wholes[0] ?? zero);
  }

  /** Parts of a line that Magento takes as a whole: they must make wholes. */
  #joinParts(line: OrderItemInBrief): void {
    if (!this.#units.named.has(line.item_id)) return;
    const parts = partsOf(line, this.#units.items).filter(
      (part) => !(this.#deed.skipsVirtual && part.is_virtual),
    );
    const taken = parts.filter((part) => this.#taken.has(part));
    if (taken.length === 0) return;
    const wholes = parts.map((part) => dividedBy(this.#taken.get(part) ?? zero, perUnit(part, line)));
    if (wholes.some((whole) => whole !== wholes[0]))
      throw rejected(
        this.#deed,
        'parts',
        this.#document,
        `${this.#deed.verb} ${taken.map((part) => `${toPlaces(this.#taken.get(part)!, 4)} of ${part.sku}`).join(', ')}, parts of ${line.sku}, which the shop takes only as a whole`,
        `Let the ERP's document be of ${line.sku}, or of all its parts in proportion`,
      );
    this.#taken.set(line, sum([this.#taken.get(line) ?? zero, wholes[0]!]));
  }

  #unknown(name: string) {
    const what = `${this.#deed.verb} ${name}, which the order does not have`;
    return rejected(this.#deed, 'line_unknown', this.#document, what, correct);
  }
}
