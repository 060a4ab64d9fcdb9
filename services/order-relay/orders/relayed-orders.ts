import { orders } from '../../../schemas/topics.ts';
import type { CodeIds } from '../../magento/code-ids.ts';
import { documentKinds } from '../../magento/documents.ts';
import { wholeOrdersPerPage } from '../../magento/orders.ts';
import type { RelayedTopic, RelaySource } from '../relayed-topic.ts';
import { PublishedStates } from '../requests/published.ts';
import { NightlySweep } from '../sweep/nightly-sweep.ts';
import { sweptDocuments, sweptOrders } from '../sweep/swept.ts';
import { orderRequests } from './order-requests.ts';

/** @param since orders.since, UTC milliseconds. */
export function relayedOrders(
  source: RelaySource & { stores: CodeIds; websites: CodeIds },
  since: number,
): RelayedTopic {
  const { bus, skewMs, onWentBack } = source;
  const published = new PublishedStates({
    ...source,
    contract: orders,
    onWentBack: (key) => onWentBack(orders.topic, key),
  });
  const shared = { ...source, published, since };
  return {
    name: 'orders',
    follow: (sinceMs) => published.follow(bus, sinceMs, skewMs),
    requests: orderRequests(shared),
    lists: [sweptOrders(shared), ...documentKinds.map((kind) => sweptDocuments(kind, shared))],
    since,
    nightly: ({ pages, ...tools }) =>
      new NightlySweep({ ...shared, ...tools, pages: pages(wholeOrdersPerPage) }),
  };
}
