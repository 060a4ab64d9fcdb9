/** One module, two faces: `cartage explain` and the console both ask here. */
import { parseAvro } from '../../../schemas/avro.ts';
import { masked } from '../../../schemas/personal.ts';
import { schemaText, stock } from '../../../schemas/topics.ts';
import type { Config } from '../../platform/config/schema.ts';
import { documentOf } from '../../platform/flow/outcome/outcome.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import { isOff } from '../flow-names.ts';
import { askErpOrder, askErpSku, askShopOrders, askShopSku } from './ends.ts';
import type { Ends } from './ends.ts';
import { orderFindings, skuFindings } from './findings.ts';
import type { Known } from './findings.ts';
import { findOrderKeys } from './find-order.ts';
import { readTopics } from './read-topics.ts';
import type { Found } from './read-topics.ts';
import { erpOrderSide, erpSkuSide, shopOrderSide, shopSkuSide } from './sides.ts';
import { isKnown } from './story.ts';
import type { Story } from './story.ts';
import { orderNumber, orderSubject, skuSubject } from './subject.ts';
import type { Subject } from './subject.ts';

export interface Telling {
  bus: Pick<Bus, 'readAll'>;
  ends: Ends;
  instance: string;
  /** Codes under which the shop's store views are known. */
  stores: readonly string[];
  /** ERP warehouse to the shop's source. */
  sources: Readonly<Record<string, string>>;
  flows: Config['flows'];
  /** Base address of what shows traces; null: there is none. */
  tracesUrl: string | null;
  now: number;
  /** Whether personal data is shown. */
  reveal: boolean;
}

/** @param asked the order's number, its key, or another number under which it is known */
export async function tellOrder(telling: Telling, asked: string): Promise<Story> {
  const story = await orderStory(telling, asked);
  if (isKnown(story)) return story;
  const [key] = await findOrderKeys(telling.bus, asked, telling.instance);
  return key === undefined ? story : { ...(await orderStory(telling, key)), asked };
}

/** Whatever has been typed: an order by one of its numbers, or a SKU. */
export async function tellAnything(telling: Telling, text: string): Promise<Story> {
  const [order, sku] = await Promise.all([orderStory(telling, text), tellSku(telling, text)]);
  if (isKnown(order)) return order;
  return isKnown(sku) ? sku : tellOrder(telling, text);
}

async function orderStory(telling: Telling, asked: string): Promise<Story> {
  const { instance, stores, now } = telling;
  const shop = await askShopOrders(telling.ends, orderNumber(asked, instance));
  const entityIds = shop.value.map(({ order }) => order.entity_id);
  const subject = orderSubject(asked, { instance, stores, entityIds });
  const found = await readTopics(telling.bus, subject, { instance, now });
  const known = keysKnown(subject, found);
  const erp = await askErpOrder(telling.ends, known.length > 0 ? known : subject.states[0]!.keys);
  const findings = orderFindings(knownOf(telling, found), shop, erp);
  return { ...told(telling, subject, found), findings, sides: [shopOrderSide(shop), erpOrderSide(erp)] };
}

export async function tellSku(telling: Telling, sku: string): Promise<Story> {
  const { instance, sources, now, ends } = telling;
  const subject = skuSubject(sku, Object.keys(sources));
  const stockKeys = subject.states.find(({ contract }) => contract.topic === stock.topic)!.keys;
  const [shop, erp, found] = await Promise.all([
    askShopSku(ends, sku),
    askErpSku(ends, sku, stockKeys),
    readTopics(telling.bus, subject, { instance, now }),
  ]);
  const findings = skuFindings(knownOf(telling, found), shop, erp);
  return { ...told(telling, subject, found), findings, sides: [shopSkuSide(shop), erpSkuSide(erp, sources)] };
}

function knownOf({ now, instance, flows }: Telling, found: Found): Known {
  return { found, now, instance, isOff: (topic) => isOff(topic, flows) };
}

function told(
  { tracesUrl, reveal }: Telling,
  subject: Subject,
  found: Found,
): Omit<Story, 'sides' | 'findings'> {
  return {
    kind: subject.kind,
    asked: subject.asked,
    keys: keysKnown(subject, found),
    happenings: found.happenings.map((one) => ({ ...one, traceUrl: traceUrl(tracesUrl, one.traceId) })),
    leftOut: found.leftOut,
    records: found.newest.map((record) => ({
      topic: record.topic,
      key: record.key,
      documentId: documentOf(record),
      value: reveal ? record.value : masked(record.value, parseAvro(schemaText(record.topic))),
    })),
  };
}

function keysKnown(subject: Subject, { newest, happenings }: Found): string[] {
  const keys = [...newest, ...happenings].map(({ key, topic }) =>
    subject.isOf(topic ?? '', key) ? key : '',
  );
  return [...new Set(keys)].filter((key) => key !== '');
}

function traceUrl(base: string | null, traceId: string | null): string | null {
  return base === null || traceId === null ? null : `${base.replace(/\/$/, '')}/trace/${traceId}`;
}
