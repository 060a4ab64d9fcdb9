import { describe, expect, it } from '@jest/globals';
import { answer, cannedShop } from './testing/canned-shop.ts';
import { shippingAddressOf, shippingMethodOf } from './order-shape.ts';
import { createOrders } from './orders.ts';

// An excerpt of an order as Magento 2.4.7 wrote it: a configurable with its child, a decimal quantity.
const order = `{"base_currency_code":"USD","base_discount_amount":-10.39,"base_grand_total":69.5625,"base_subtotal":103.9,
"base_shipping_discount_tax_compensation_amnt":0,"base_to_order_rate":1,"coupon_code":"ERP10","created_at":"2026-11-23 08:07:06",
"customer_email":"guest@example.com","customer_is_guest":1,"discount_amount":-10.39,"entity_id":7,"grand_total":69.5625,
"increment_id":"000000006","is_virtual":0,"order_currency_code":"USD","shipping_amount":10,"state":"holded","status":"holded",
"hold_before_state":"new","store_id":1,"store_name":"Main Website\\nMain Website Store","subtotal":103.9,"tax_amount":3.55e-15,
"updated_at":"2026-11-23 08:07:07","items":[
{"item_id":20,"sku":"CFG-1-RED","product_type":"configurable","qty_ordered":1,"price":49.5,"row_total":49.5,"is_virtual":0},
{"item_id":21,"sku":"CFG-1-RED","product_type":"simple","parent_item_id":20,"qty_ordered":1,"price":0,"row_total":0,
 "parent_item":{"item_id":20,"sku":"CFG-1-RED"}},
{"item_id":22,"sku":"DEC-1","product_type":"simple","qty_ordered":1.75,"is_qty_decimal":1,"price":34.75,"row_total":60.8125}],
"billing_address":{"city":"Chicago","country_id":"US","street":["1 Main St","Apt 2"],"telephone":"312"},
"payment":{"account_status":null,"additional_information":["Check"],"method":"checkmo"},
"extension_attributes":{"shipping_assignments":[{"shipping":{"address":{"city":"Springfield","street":["2 Side St"]},
"method":"flatrate_flatrate","total":{"shipping_amount":10}},"items":[]}]}}`;
const virtual = order
  .replace('"is_virtual":0,"order_currency', '"is_virtual":1,"order_currency')
  .replace(/"shipping":\{"address".*?"method":"flatrate_flatrate",/s, '"shipping":{');

describe('a whole order', () => {
  it('keeps the digits of money and quantities', async () => {
    const found = await createOrders(cannedShop(answer(200, order)).rest).byId(7);
    expect(found).toMatchObject({
      entity_id: 7,
      increment_id: '000000006',
      grand_total: '69.5625',
      subtotal: '103.9',
      discount_amount: '-10.39',
      tax_amount: '0.00000000000000355',
      total_paid: null,
      ext_order_id: null,
      hold_before_state: 'new',
      customer_is_guest: true,
      is_virtual: false,
      payment: { method: 'checkmo', po_number: null },
      extension_attributes: { gift_message: null },
    });
    expect(
      found?.items.map(({ sku, parent_item_id, qty_ordered, row_total }) => [
        sku,
        parent_item_id,
        qty_ordered,
        row_total,
      ]),
    ).toEqual([
      ['CFG-1-RED', null, '1', '49.5'],
      ['CFG-1-RED', 20, '1', '0'],
      ['DEC-1', null, '1.75', '60.8125'],
    ]);
  });

  it('has its delivery address in the first shipping assignment, a virtual one has none', async () => {
    const shop = cannedShop(
      answer(200, order),
      answer(200, virtual),
      answer(200, order.replace(/"extension_attributes".*$/s, '"extension_attributes":[]}')),
    );
    const orders = createOrders(shop.rest);
    const physical = (await orders.byId(7))!;
    expect(shippingAddressOf(physical)?.city).toBe('Springfield');
    expect(shippingMethodOf(physical)).toBe('flatrate_flatrate');
    for (let left = 0; left < 2; left += 1) {
      const none = (await orders.byId(7))!;
      expect([shippingAddressOf(none), shippingMethodOf(none)]).toEqual([null, null]);
    }
  });

  it('is null when it is not there, and a named fault when it is something else', async () => {
    const absent =
      '{"message":"The entity that was requested doesn\'t exist. Verify the entity and try again."}';
    const shop = cannedShop(
      answer(404, absent),
      answer(200, order.replace('"grand_total":69.5625', '"grand_total":"n/a"')),
    );
    const orders = createOrders(shop.rest);
    expect(await orders.byId(99999)).toBeNull();
    await expect(orders.byId(7)).rejects.toMatchObject({
      name: 'Rejected',
      fault: { code: 'magento.row_unreadable', why: expect.stringContaining('grand_total') },
    });
  });
});

describe('orders in lists', () => {
  it('are there beside one without store view, number, state, and one that cannot be read', async () => {
    const left = '{"entity_id":6,"updated_at":"2026-11-23 08:07:06"}';
    const odd = '{"entity_id":8,"increment_id":"000000008","store_id":1,"updated_at":"yesterday"}';
    const shop = cannedShop(answer(200, `{"items":[${left},${odd},${order}],"total_count":3}`));
    const page = { updatedFrom: '2026-11-23 08:00:00', updatedTo: '2026-11-23 09:00:00', pageSize: 50 };
    const { items, unreadable } = await createOrders(shop.rest).page(page);
    expect(items.map(({ entity_id, store_id }) => [entity_id, store_id])).toEqual([
      [6, null],
      [7, 1],
    ]);
    expect(unreadable).toEqual([{ id: '8', why: 'at updated_at: expected a time' }]);
  });

  it('are read whole beside one that cannot be, known by its number', async () => {
    const odd = order
      .replace('"000000006"', '"000000008"')
      .replace('"grand_total":69.5625', '"grand_total":"?"');
    const shop = cannedShop(answer(200, `{"items":[${odd},${order}],"total_count":2}`));
    const found = await createOrders(shop.rest).byIncrementIds(1, ['000000006', '000000008']);
    expect(found.items.map(({ increment_id }) => increment_id)).toEqual(['000000006']);
    expect(found.unreadable).toEqual([{ id: '000000008', why: expect.stringContaining('grand_total') }]);
  });

  it('asks for a page of the sweep with every condition', async () => {
    const summary =
      '{"entity_id":7,"increment_id":"000000006","store_id":1,"state":"new","status":"pending","created_at":"2026-11-23 08:07:06","updated_at":"2026-11-23 08:07:07"}';
    const shop = cannedShop(answer(200, `{"items":[${summary}],"total_count":12}`));
    const found = await createOrders(shop.rest).page({
      updatedFrom: '2026-11-23 08:00:00',
      updatedTo: '2026-11-23 09:00:00',
      afterEntityId: 6,
      createdFrom: '2026-01-01 00:00:00',
      pageSize: 50,
    });
    expect(found).toMatchObject({
      totalCount: 12,
      items: [{ entity_id: 7, updated_at: '2026-11-23 08:07:07' }],
      unreadable: [],
    });
    const query = shop.query(0);
    const filters = [0, 1, 2, 3].map((group) => {
      const at = `searchCriteria[filter_groups][${group}][filters]`;
      return [0, 1].map((index) =>
        [
          query[`${at}[${index}][field]`],
          query[`${at}[${index}][condition_type]`],
          query[`${at}[${index}][value]`],
        ]
          .join(' ')
          .trim(),
      );
    });
    expect(filters).toEqual([
      ['updated_at gteq 2026-11-23 08:00:00', ''],
      ['updated_at lteq 2026-11-23 09:00:00', ''],
      ['created_at gteq 2026-01-01 00:00:00', ''],
      ['updated_at gt 2026-11-23 08:00:00', 'entity_id gt 6'],
    ]);
    expect(query['searchCriteria[sortOrders][1][field]']).toBe('entity_id');
  });

  it('finds orders by number within one store', async () => {
    const shop = cannedShop(answer(200, `{"items":[${order}],"total_count":1}`));
    const { items } = await createOrders(shop.rest).byIncrementIds(1, ['000000006', '000000009']);
    expect(items.map(({ entity_id }) => entity_id)).toEqual([7]);
    expect(shop.query(0)['searchCriteria[filter_groups][0][filters][0][value]']).toBe('000000006,000000009');
    expect(shop.query(0)['searchCriteria[filter_groups][1][filters][0][field]']).toBe('store_id');
  });
});
