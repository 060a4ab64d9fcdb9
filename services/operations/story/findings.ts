/** What is not as it should be, by what the topics and both sides say. */
import type { Fulfilment, Order, Outcome, Stock } from '../../../schemas/types.ts';
import { fulfilmentDocument } from '../../../schemas/keys.ts';
import { fulfilments, orders, products, stock } from '../../../schemas/topics.ts';
import { isMarker, markerOf } from '../../magento/marker.ts';
import { epochMsOf } from '../../magento/rest/time.ts';
import { compareDecimals } from '../../platform/decimal.ts';
import { shellWord } from '../../platform/terminal.ts';
import { shownText } from '../shown-text.ts';
import type { Asked, ErpOrder, ErpSku, ShopOrder, ShopSku } from './ends.ts';
import { differenceText } from './happenings.ts';
import type { Found } from './read-topics.ts';
import type { Finding } from './story.ts';

/** What is younger may be on its way. */
const settledMs = 15 * 60_000;
/** For so long the topics of orders and documents keep their records, and those of outcomes theirs. */
const documentsKeptMs = 28 * 86_400_000;
const outcomesKeptMs = 7 * 86_400_000;

export interface Known {
  found: Found;
  now: number;
  instance: string;
  /** Whether nobody is to handle the records of a topic. */
  isOff: (topic: string) => boolean;
}

export function orderFindings(known: Known, shop: Asked<ShopOrder[]>, erp: Asked<ErpOrder>): Finding[] {
  return [
    ...parkedFindings(known),
    ...differenceFindings(known),
    ...unhandled(known),
    ...shop.value.flatMap(({ order }) => orderNotSeen(known, order)),
    ...(erp.unknown === null ? goneFromErp(known, erp.value) : []),
    ...(shop.unknown === null
      ? erp.value.documents.flatMap((one) => documentLate(known, one, shop.value))
      : []),
  ];
}

export function skuFindings(known: Known, shop: Asked<ShopSku>, erp: Asked<ErpSku>): Finding[] {
  return [
    ...parkedFindings(known),
    ...differenceFindings(known),
    ...unhandled(known),
    ...(erp.unknown === null ? erp.value.stock.flatMap((one) => stockNotSeen(known, one)) : []),
    ...(shop.unknown === null
      ? [...changedInShop(known, shop.value), ...productMissing(known, shop.value)]
      : []),
  ];
}

function parkedFindings({ found }: Known): Finding[] {
  return found.parked.map(({ code, cause, fix, key }) => ({
    code,
    what: `${key} is parked: ${shownText(cause)}`,
    fix: shownText(fix),
  }));
}

function differenceFindings({ found }: Known): Finding[] {
  return found.differences.map((one) => ({
    code: `difference.${one.cause}`,
    what: `${one.key} differs: ${differenceText(one)}`,
    fix: shownText(one.fix),
  }));
}

/** The newest record of each key has an outcome, or gets one soon. */
function unhandled({ found, now, isOff }: Known): Finding[] {
  return found.newest
    .filter(({ topic }) => !isOff(topic))
    .filter(({ publishedAt }) => publishedAt < now - settledMs && publishedAt > now - outcomesKeptMs)
    .filter((record) => !found.outcomes.some((one) => isOfRecord(one, record)))
    .map(({ topic, key, publishedAt }) => ({
      code: 'story.not_handled',
      what: `${topic} ${key} was published at ${new Date(publishedAt).toISOString()}, and nothing has become of it`,
      fix: 'Look in the console whether its flow is on, runs, and how far it is behind',
    }));
}

const isOfRecord = (outcome: Outcome, record: { topic: string; key: string; offset: number }) =>
  outcome.topic === record.topic && outcome.key === record.key && outcome.offset >= record.offset;

const valuesOf = <Value>({ found }: Known, topic: string) =>
  found.newest.filter((one) => one.topic === topic && one.value !== null).map(({ value }) => value as Value);

function orderNotSeen(
  known: Known,
  { entity_id, increment_id, created_at, updated_at }: ShopOrder['order'],
): Finding[] {
  const changedAt = epochMsOf(updated_at);
  if (known.isOff(orders.topic)) return [];
  if (changedAt > known.now - settledMs || epochMsOf(created_at) < known.now - documentsKeptMs) return [];
  const published = valuesOf<Order>(known, orders.topic).find(({ entityId }) => entityId === entity_id);
  if (published !== undefined && published.updatedAt >= changedAt) return [];
  return [
    {
      code: published === undefined ? 'story.not_published' : 'story.change_missed',
      what: `The shop has changed order ${increment_id} (id ${entity_id}) at ${updated_at} UTC, and ${orders.topic} does not have that`,
      fix: `Run \`cartage refresh ${orders.topic} KEY\`; where many are missing, look at order-relay`,
    },
  ];
}

function goneFromErp({ found }: Known, { found: there }: ErpOrder): Finding[] {
  const made = found.outcomes.find(
    ({ topic, targetId, status }) => topic === orders.topic && targetId !== null && status !== 'dry',
  );
  if (there !== null || made === undefined) return [];
  return [
    {
      code: 'story.gone_from_erp',
      what: `The order was made in the ERP as ${made.targetId}, and the ERP has it no more`,
      fix: `Find out who has deleted it there. To have it made anew: \`cartage refresh ${orders.topic} ${shellWord(made.key)}\``,
    },
  ];
}

/** The shop has a document of its own for each of the ERP's. */
function documentLate(known: Known, document: Fulfilment, shop: readonly ShopOrder[]): Finding[] {
  const { documentId, kind, documentDate, withdrawn } = document;
  if (withdrawn || !['shipment', 'invoice', 'creditmemo'].includes(kind)) return [];
  const { found, instance, now, isOff } = known;
  if (isOff(fulfilments.topic)) return [];
  if (documentDate > now - settledMs || documentDate < now - documentsKeptMs) return [];
  const marker = markerOf(instance, 'document', documentId);
  const made = shop.flatMap(({ shipments, invoices, creditMemos }) => [
    ...shipments,
    ...invoices,
    ...creditMemos,
  ]);
  const told = found.outcomes.filter(
    ({ topic, documentId: of }) => topic === fulfilments.topic && of === fulfilmentDocument(document),
  );
  const isThere = made.some(
    ({ comments, increment_id }) =>
      comments.some(({ comment }) => isMarker(comment, marker)) ||
      told.some(({ targetId }) => targetId === increment_id),
  );
  const isTold = told.some(
    ({ status }) => status === 'unchanged' || status === 'held' || status === 'rejected',
  );
  if (isThere || isTold) return [];
  return [
    {
      code: 'story.document_missing',
      what: `The ERP has ${kind === 'creditmemo' ? 'credit memo' : kind} ${documentId} of ${new Date(documentDate).toISOString()}, and the shop does not`,
      fix: `Run \`cartage refresh ${fulfilments.topic} KEY\``,
    },
  ];
}

function stockNotSeen(known: Known, { source, sku, quantity, sellable }: Stock): Finding[] {
  const published = valuesOf<Stock>(known, stock.topic).find((one) => one.source === source);
  const isSeen =
    published !== undefined &&
    compareDecimals(published.quantity, quantity) === 0 &&
    published.sellable === sellable;
  if (isSeen) return [];
  const seen = published === undefined ? 'nothing' : published.quantity;
  return [
    {
      code: 'story.erp_ahead',
      what: `The ERP says ${quantity} of ${sku} at ${source}, ${stock.topic} ${seen}`,
      fix: `It may have changed this moment. If it stays so: \`cartage refresh ${stock.topic} ${shellWord(`${source}/${sku}`)}\``,
    },
  ];
}

/** By what was written last, as its outcome says it. */
function changedInShop({ found, now }: Known, { items }: ShopSku): Finding[] {
  const written = found.outcomes.filter(
    ({ topic, status, finishedAt }) =>
      topic === stock.topic && status === 'applied' && finishedAt < now - settledMs,
  );
  return written.flatMap(({ targetId, cause, key, finishedAt }) => {
    const item = items.find(({ sourceCode, sku }) => `${sourceCode}/${sku}` === targetId);
    const [quantity = ''] = (cause ?? '').split(',');
    if (item === undefined || !/^\d+(\.\d+)?$/.test(quantity)) return [];
    if (compareDecimals(item.quantity, quantity) === 0) return [];
    return [
      {
        code: 'story.changed_in_shop',
        what: `${targetId} was set to ${quantity} at ${new Date(finishedAt).toISOString()}, and the shop has ${item.quantity}`,
        fix: `By a shipment, or by hand. To have it written anew: \`cartage refresh ${stock.topic} ${shellWord(key)}\``,
      },
    ];
  });
}

function productMissing(known: Known, { product }: ShopSku): Finding[] {
  const isParked = known.found.parked.some(({ topic }) => topic === products.topic);
  const made = valuesOf<{ deleted: boolean; sku: string }>(known, products.topic).find(
    ({ deleted }) => !deleted,
  );
  const isTold = known.found.outcomes.some(
    ({ topic, status }) => topic === products.topic && status === 'applied',
  );
  if (product !== null || made === undefined || isParked || !isTold) return [];
  return [
    {
      code: 'story.product_missing',
      what: `The ERP has the product ${made.sku}, it was written, and the shop has it no more`,
      fix: `To have it made anew: \`cartage refresh ${products.topic} ${shellWord(made.sku)}\``,
    },
  ];
}
