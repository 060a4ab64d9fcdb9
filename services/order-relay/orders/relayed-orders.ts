import { orders } from '../../../schemas/topics.ts';
import type { CodeIds } from '../../magento/code-ids.ts';
import { documentKinds } from '../../magento/documents.ts';
import { wholeOrdersPerPage } from '../../magento/orders.ts';
import { refreshRequester } from '../../platform/flow/request-refresh.ts';
import type { RelayedTopic, RelaySource } from '../relayed-topic.ts';
import { PublishedStates } from '../requests/published.ts';
import { NightlySweep } from '../sweep/nightly-sweep.ts';
import { sweptDocuments, sweptOrders } from '../sweep/swept.ts';
import type { OnFirstSeen } from './first-seen.ts';
import { OptionLabels } from './option-labels.ts';
import { orderRequests } from './order-requests.ts';
import { StockMoves } from './stock-moves.ts';

/**
 * @param since orders.since, UTC milliseconds.
 * @param warehouses whose stock is asked for when the shop has moved it.
 */
export function relayedOrders(
  source: RelaySource & { stores: CodeIds; websites: CodeIds; onFirstSeen?: OnFirstSeen },
  since: number,
  warehouses: () => readonly string[],
): RelayedTopic {
  const { bus, clock, magento, skewMs, onWentBack } = source;
  const stockMoves = new StockMoves({
    products: magento.products,
    warehouses,
    requestRefresh: refreshRequester(bus, 'order-relay', clock),
  });
  const published = new PublishedStates({
    ...source,
    contract: orders,
    onWentBack: (key) => onWentBack(orders.topic, key),
  });
  const optionLabels = new OptionLabels({ products: magento.products, clock });
  const shared = { ...source, published, stockMoves, optionLabels, since };
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
