/** Real: the bodies of every scheme. Asserted: which customer a delivery names, and that orders stay orders. */
import { describe, expect, it } from '@jest/globals';
import { parseBody } from '../webhook-body.ts';
import { adobeCommerce } from './adobe-commerce.ts';
import { adobeIo } from './adobe-io.ts';
import { mageOs } from './mage-os.ts';
import { ownWebhooks } from './own.ts';

const none = () => [];
const now = () => 0;
const own = ownWebhooks({ secrets: none, toleranceMs: 1, now });
const mage = mageOs(none);
const commerce = adobeCommerce(none);
const io = adobeIo({ clientIds: none, keyAt: () => null, now });
const customer = { id: 7, website_id: 2, email: 'jane@example.com', group_id: 1 };
const order = { entity_id: 42, customer_id: 7 };
const ioType = (event: string) => `com.adobe.commerce.observer.${event}`;

describe('a delivery names', () => {
  it.each([
    ['our own', own, { type: 'customer.deleted', data: { customer_id: 7, website_id: 2 } }],
    ['Mage-OS', mage, { data: customer }],
    ['Mage-OS, an address', mage, { data: { id: 3, customer_id: 7, website_id: 2 } }],
    ['Adobe Commerce, a plugin', commerce, { customer }],
    ['Adobe Commerce, an observer', commerce, { eventName: 'x', data: { customer } }],
    ['Adobe I/O', io, { type: ioType('customer_save_commit_after'), data: { value: customer } }],
  ])('a customer, by %s', (_name, scheme, json) => {
    expect(parseBody(Buffer.from(JSON.stringify(json)), scheme.namedIn)).toEqual({
      customer_id: 7,
      website_id: 2,
      website_code: undefined,
    });
  });

  it.each([
    ['our own', own, { type: 'order.updated', data: order }],
    ['Mage-OS', mage, { data: { ...order, id: 9 } }],
    ['Adobe Commerce', commerce, { order }],
    ['Adobe I/O', io, { type: ioType('sales_order_save_commit_after'), data: { value: order } }],
  ])('an order, by %s, though it tells of its customer too', (_name, scheme, json) => {
    expect(parseBody(Buffer.from(JSON.stringify(json)), scheme.namedIn)).toMatchObject({ entity_id: 42 });
  });

  it.each([
    [own, { type: 'customer.updated', data: {} }, 'data'],
    [own, { type: 'customer.updated' }, 'data'],
    [mage, { data: { id: 'jane@example.com', email: 'jane@example.com' } }, 'data.id'],
    [mage, { data: { id: 7, sku: 'jane' } }, 'data'],
    [commerce, { customer: {} }, 'customer'],
    [commerce, {}, 'order'],
    [io, { type: ioType('customer_save_commit_after'), data: { value: {} } }, 'data.value'],
  ])('nobody, and the place is said without the values: %#', (scheme, json, place) => {
    const said = parseBody(Buffer.from(JSON.stringify(json)), scheme.namedIn) as string;
    expect(said.startsWith(`${place}:`)).toBe(true);
    expect(said).not.toContain('jane');
  });
});
