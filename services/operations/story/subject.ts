/** What a story is about: which keys on which topics. */
import { joinKey, splitKey } from '../../../schemas/keys.ts';
import { fulfilments, orders, prices, products, stock } from '../../../schemas/topics.ts';
import type { Contract } from '../../../schemas/topics.ts';

export interface Subject {
  kind: 'order' | 'sku';
  asked: string;
  /** Topics on which it has a state of its own, with the keys under which that may lie. */
  states: { contract: Contract<never>; keys: string[] }[];
  /** Keys under which it is asked for besides. */
  requests: string[];
  /** Whether a key of such a topic is of it. */
  isOf: (topic: string, key: string) => boolean;
}

/**
 * @param asked the number, or the whole key
 * @param stores codes of the store views that may have it
 * @param entityIds Magento's ids of such orders, as far as they are known: what has only heard of an order asks by them
 */
export function orderSubject(
  asked: string,
  {
    instance,
    stores,
    entityIds,
  }: { instance: string; stores: readonly string[]; entityIds: readonly number[] },
): Subject {
  const parts = splitKey(asked, 3);
  const isKey = parts !== null && parts[0] === instance;
  const number = isKey ? parts[2]! : asked;
  const keys = isKey ? [asked] : [...new Set(stores)].map((store) => joinKey([instance, store, number]));
  return {
    kind: 'order',
    asked,
    states: [orders, fulfilments].map((contract) => ({ contract: contract as never, keys })),
    requests: entityIds.map((id) => joinKey([instance, String(id)])),
    isOf: (_topic, key) => keys.includes(key),
  };
}

/** The number of an order as the shop knows it, of a number or a key. */
export function orderNumber(asked: string, instance: string): string {
  const parts = splitKey(asked, 3);
  return parts !== null && parts[0] === instance ? parts[2]! : asked;
}

/** @param sources codes of the ERP's warehouses */
export function skuSubject(sku: string, sources: readonly string[]): Subject {
  const keys = sources.map((source) => joinKey([source, sku]));
  return {
    kind: 'sku',
    asked: sku,
    states: [
      { contract: stock as never, keys },
      { contract: products as never, keys: [sku] },
      { contract: prices as never, keys: [sku] },
    ],
    requests: [],
    // A warehouse that is not configured is one more: its records are held.
    isOf: (topic, key) => (topic === stock.topic ? splitKey(key, 2)?.[1] === sku : key === sku),
  };
}

/** All keys under which something is said of it. */
export const keysOf = ({ states, requests }: Subject): string[] => [
  ...new Set([...states.flatMap(({ keys }) => keys), ...requests]),
];
