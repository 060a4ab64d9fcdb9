import { customers } from '../../../schemas/topics.ts';
import type { RelayedTopic, RelaySource } from '../relayed-topic.ts';
import { PublishedStates } from '../requests/published.ts';
import { customerRequests } from './customer-requests.ts';
import { NightlyCustomers } from './nightly-customers.ts';
import type { ShopCustomers } from './shop-customers.ts';
import { sweptCustomers } from './swept-customers.ts';

export function relayedCustomers(
  source: RelaySource & { shop: ShopCustomers },
  goneShareMax: number,
): RelayedTopic {
  const { bus, shop, skewMs, onWentBack } = source;
  const published = new PublishedStates({
    ...source,
    contract: customers,
    onWentBack: (key) => onWentBack(customers.topic, key),
  });
  const shared = { ...source, published };
  return {
    name: 'customers',
    follow: (sinceMs) => published.follow(bus, sinceMs, skewMs),
    requests: customerRequests(shared),
    lists: [sweptCustomers({ ...shared, websites: shop.websites })],
    // Customers are a state: all of them, as they are now.
    since: 0,
    nightly: (tools) => new NightlyCustomers({ ...shared, ...tools, goneShareMax }),
  };
}
