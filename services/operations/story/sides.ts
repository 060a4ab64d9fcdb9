/** What each side says now, as facts that can stand beside each other. */
import type { Asked, ErpOrder, ErpSku, ShopOrder, ShopSku } from './ends.ts';
import type { Side } from './story.ts';

export function shopOrderSide({ value, unknown }: Asked<ShopOrder[]>): Side {
  const facts = Object.assign(
    {},
    ...value.map((one) => factsOfOrder(one, value.length > 1)),
  ) as Side['facts'];
  return { name: 'shop', facts, unknown };
}

function factsOfOrder(
  { order, shipments, invoices, creditMemos }: ShopOrder,
  isOneOfSeveral: boolean,
): Side['facts'] {
  const facts = {
    order: `${order.increment_id} (id ${order.entity_id})`,
    state: `${order.state} / ${order.status}`,
    total: `${order.grand_total} ${order.order_currency_code}`,
    changed: `${order.updated_at} UTC`,
    lines: order.items
      .filter(({ parent_item_id }) => parent_item_id === null)
      .map((line) => lineText(line))
      .join('; '),
    shipments: shipments
      .map(({ increment_id, items, tracks }) =>
        [increment_id, itemsText(items), ...tracks.map(({ track_number }) => track_number)].join(' '),
      )
      .join('; '),
    invoices: documentsText(invoices),
    'credit memos': documentsText(creditMemos),
    'number in the ERP': order.ext_order_id ?? '',
  };
  const told = Object.entries(facts).filter(([, text]) => text !== '');
  const nameOf = (name: string) => (isOneOfSeveral ? `${name} of id ${order.entity_id}` : name);
  return Object.fromEntries(told.map(([name, text]) => [nameOf(name), text]));
}

function lineText({ sku, ...line }: ShopOrder['order']['items'][number]): string {
  const { qty_ordered, qty_shipped, qty_invoiced, qty_refunded, qty_canceled } = line;
  const seldom = { refunded: qty_refunded, canceled: qty_canceled };
  const more = Object.entries(seldom).map(([word, units]) =>
    Number(units ?? 0) > 0 ? `, ${word} ${units}` : '',
  );
  return `${sku} × ${qty_ordered}, shipped ${qty_shipped}, invoiced ${qty_invoiced}${more.join('')}`;
}

const documentsText = (made: readonly { increment_id: string; items: Parameters<typeof itemsText>[0] }[]) =>
  made.map(({ increment_id, items }) => `${increment_id} ${itemsText(items)}`).join('; ');

const itemsText = (items: readonly { sku: string | null; qty: string }[]) =>
  items.map(({ sku, qty }) => `${sku} × ${qty}`).join(', ');

export function erpOrderSide({ value: { found, documents }, unknown }: Asked<ErpOrder>): Side {
  const ofKind = (wanted: string) =>
    documents
      .filter(({ kind, withdrawn }) => kind === wanted && !withdrawn)
      .map(({ documentId, lines, packages }) =>
        [
          documentId,
          lines.map(({ sku, quantity }) => `${sku} × ${quantity}`).join(', '),
          ...packages.map(({ trackingNumber }) => trackingNumber),
        ].join(' '),
      )
      .join('; ');
  const facts = {
    order:
      found === null ? '' : `${found.reference ?? found.id}${found.isDone === false ? ', half made' : ''}`,
    shipments: ofKind('shipment'),
    invoices: ofKind('invoice'),
    'credit memos': ofKind('creditmemo'),
  };
  return { name: 'ERP', facts: withoutEmpty(facts), unknown };
}

export function shopSkuSide({ value: { product, items }, unknown }: Asked<ShopSku>): Side {
  const facts: Side['facts'] = {};
  if (product !== null) {
    const state = product.status === 1 ? 'enabled' : 'disabled';
    facts.product = `${product.name ?? product.sku} (id ${product.id}, ${product.type_id}, ${state})`;
    facts.price = product.price ?? '';
  }
  for (const { sourceCode, quantity, status } of items)
    facts[stockAt(sourceCode)] = `${quantity}, ${status === 1 ? 'in stock' : 'out of stock'}`;
  return { name: 'shop', facts: withoutEmpty(facts), unknown };
}

/** @param sources the shop's code of each warehouse */
export function erpSkuSide(
  { value: { stock, products, prices }, unknown }: Asked<ErpSku>,
  sources: Readonly<Record<string, string>>,
): Side {
  const facts: Side['facts'] = {};
  for (const { name } of products) facts.product = name;
  facts.price = prices
    .flatMap(({ prices: lists }) => lists.slice(0, 20))
    .map(({ list, amount, currency }) => `${list} ${amount} ${currency}`)
    .join(', ');
  for (const { source, quantity, sellable } of stock)
    facts[stockAt(sources[source] ?? source)] =
      `${quantity}${sellable ? '' : ', blocked for sale'} (${source})`;
  return { name: 'ERP', facts: withoutEmpty(facts), unknown };
}

const stockAt = (source: string) => `stock at ${source}`;

const withoutEmpty = (facts: Side['facts']) =>
  Object.fromEntries(Object.entries(facts).filter(([, text]) => text !== ''));
