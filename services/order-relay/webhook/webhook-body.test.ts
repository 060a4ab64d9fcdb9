import { describe, expect, it } from '@jest/globals';
import { customerNamed, isCustomer, orderNamed, parseBody } from './webhook-body.ts';
import type { Named } from './webhook-body.ts';

const order = (body: unknown) => parseBody(Buffer.from(JSON.stringify(body)), orderNamed);
const customer = (body: unknown) => parseBody(Buffer.from(JSON.stringify(body)), customerNamed);

describe('a body', () => {
  it.each<[object, Named]>([
    [{ entity_id: '000000000000012' }, { entity_id: 12 }],
    [
      { entity_id: 5, increment_id: '9', store_id: 1 },
      { entity_id: 5, increment_id: '9', store_id: 1 },
    ],
    [
      { increment_id: '9', store_code: 'de' },
      { increment_id: '9', store_code: 'de' },
    ],
    // A shipment, with a number and a time of its own.
    [{ entity_id: 3, order_id: 7, increment_id: '9', updated_at: '2026-11-23 08:07:07' }, { entity_id: 7 }],
    [{ entity_id: 5, order_id: null }, { entity_id: 5 }],
  ])('names the order: %j', (body, named) => {
    expect(order(body)).toEqual(named);
    expect(isCustomer(named)).toBe(false);
  });

  it.each<[object, string]>([
    [{}, 'body: must name the order: entity_id, or increment_id with store_id or store_code'],
    [{ store_id: 1 }, 'body: must name the order'],
    [{ increment_id: '9' }, 'body: must name the order'],
    [{ increment_id: '9', store_id: null, store_code: null }, 'body: must name the order'],
    [{ entity_id: 0 }, 'entity_id: '],
    [{ entity_id: '1234567890123456' }, 'entity_id: '],
    [{ entity_id: 1, increment_id: 'x'.repeat(256) }, 'increment_id: '],
    [{ entity_id: 1, updated_at: '2026-11-23T08:07:07Z' }, 'updated_at: must be a UTC time'],
    [{ entity_id: 'x', store_id: 'y' }, '; store_id: '],
  ])('does not: %j', (body, said) => {
    expect(order(body)).toContain(said);
  });

  it.each<[object, Named]>([
    [
      { customer_id: 12, entity_id: 3, id: 4, website_id: 1 },
      { customer_id: 12, website_id: 1 },
    ],
    [
      { entity_id: 3, id: 4, website_code: 'b2b' },
      { customer_id: 3, website_code: 'b2b' },
    ],
    [{ id: '4' }, { customer_id: 4 }],
  ])('names the customer: %j', (body, named) => {
    expect(customer(body)).toEqual(named);
    expect(isCustomer(named)).toBe(true);
  });

  it('that names no customer, or is no JSON, is told so', () => {
    expect(customer({ website_id: 1 })).toBe('body: must name the customer: customer_id');
    expect(parseBody(Buffer.from('{'), orderNamed)).toBe('the body is no JSON');
  });
});
