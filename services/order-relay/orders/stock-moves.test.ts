/** Real: the serving of requests and what follows what the shop moves. Doubles: shop, broker, clock. */
import { describe, expect, it } from '@jest/globals';
import { SlowShop, relayWorld, skewMs } from '../testing/relay-world.ts';
import { recordedOrder } from './testing/recorded-orders.ts';

async function worldOf(shop: SlowShop, since = 0) {
  const world = await relayWorld(shop, { since });
  await world.begin();
  const read = async (incrementId: string, reason = 'sweep') => {
    world.ask(incrementId, { reason, always: false });
    await world.clock.pass(5_000);
  };
  return { ...world, read };
}

/** What the shop has done with the item at that place. */
function put(
  shop: SlowShop,
  incrementId: string,
  name: Parameters<typeof recordedOrder>[0],
  moved: object,
  at = 0,
) {
  const order = recordedOrder(name);
  const items = order.items.map((item, index) => (index === at ? { ...item, ...moved } : item));
  return shop.put(incrementId, {
    ...order,
    items,
    increment_id: incrementId,
    entity_id: Number(incrementId),
  });
}

describe('the stock of an order', () => {
  it.each([
    ['shipped', 'simple', { qty_shipped: '1' }, 0],
    ['refunded', 'simple', { qty_refunded: '1' }, 0],
    ['canceled', 'simple', { qty_canceled: '1' }, 0],
    ['invoiced, of a virtual product', 'virtual', { qty_invoiced: '1' }, 0],
  ] as const)('that was %s is asked for at every warehouse, once', async (_name, order, moved, at) => {
    const shop = new SlowShop();
    const { items } = put(shop, '1', order, { qty_invoiced: '0', qty_shipped: '0', qty_canceled: '0' });
    const { read, stockAsked } = await worldOf(shop);
    await read('1');
    expect(stockAsked()).toEqual([]);
    put(shop, '1', order, moved, at);
    await read('1');
    const { sku } = items[at]!;
    expect(stockAsked()).toEqual([`W1/${sku}`, `W2/${sku}`]);
    shop.orders.get('1')!.status = 'looked at';
    await read('1');
    expect(stockAsked()).toHaveLength(2);
  });

  it('is that of the parts of a bundle, and of the product where options have changed the SKU of the line', async () => {
    const shop = new SlowShop();
    const bundles = recordedOrder('bundles');
    const line = bundles.items.findIndex(({ product_type }) => product_type === 'bundle');
    put(shop, '1', 'bundles', { qty_shipped: '1' }, line);
    const option = { option_id: '1', option_value: ['2'] };
    const extension = { ...recordedOrder('simple').items[0]!.product_option.extension_attributes };
    const product_option = { extension_attributes: { ...extension, custom_options: [option] } };
    put(shop, '2', 'simple', { qty_shipped: '1', sku: 'MUG-red', product_id: 77, product_option });
    const { read, stockAsked } = await worldOf(shop);
    await read('1');
    const parts = bundles.items.filter((item) => item.parent_item_id === bundles.items[line]!.item_id);
    expect(new Set(stockAsked())).toEqual(new Set(parts.flatMap(({ sku }) => [`W1/${sku}`, `W2/${sku}`])));
    await read('2');
    expect(stockAsked()).toEqual(expect.arrayContaining(['W1/PRODUCT-77', 'W2/PRODUCT-77']));
    expect(stockAsked()).not.toContain('W1/MUG-red');
  });

  it('is asked for before the state is published: whoever dies between the two has asked', async () => {
    const shop = new SlowShop();
    put(shop, '1', 'simple', { qty_refunded: '1' });
    const { world, read, stockAsked, published } = await worldOf(shop);
    const [member] = world.members;
    const publish = member!.bus.publish.bind(member!.bus);
    member!.bus.publish = (contract, publication) => {
      if (contract.topic === 'magento.orders') world.crash(member!);
      return publish(contract, publication);
    };
    await read('1');
    expect([stockAsked().length, published().length]).toEqual([2, 0]);
  });

  it('is followed for orders of before orders.since too, and not asked for by a first load', async () => {
    const shop = new SlowShop();
    put(shop, '1', 'simple', { qty_refunded: '1' });
    const { read, stockAsked, published } = await worldOf(shop, skewMs * 2);
    await read('1', 'first load');
    expect([stockAsked(), published()]).toEqual([[], []]);
    put(shop, '1', 'simple', { qty_refunded: '2' });
    await read('1');
    expect(stockAsked()).toHaveLength(2);
  });
});
