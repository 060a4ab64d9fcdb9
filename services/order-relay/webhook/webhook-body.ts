import { BodyPart } from './body-part.ts';

const timePattern = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

/** What a delivery says of the order. PHP writes null for what is not there. */
export interface OrderNamed {
  entity_id?: number | null | undefined;
  increment_id?: string | null | undefined;
  store_id?: number | null | undefined;
  store_code?: string | null | undefined;
  /** UTC, as Magento writes it. */
  updated_at?: string | null | undefined;
}

/** What a delivery says of the customer. Not which state it saw: an edited address moves no time of the customer's. */
export interface CustomerNamed {
  customer_id: number;
  website_id?: number | null | undefined;
  website_code?: string | null | undefined;
}

/** A record of a topic of the ERP: the key that it has there. */
export interface ErpNamed {
  topic: string;
  key: string;
}

export type Named = OrderNamed | CustomerNamed | ErpNamed;

export function isCustomer(named: Named): named is CustomerNamed {
  return 'customer_id' in named;
}

export function isOfErp(named: Named): named is ErpNamed {
  return 'topic' in named;
}

/** A customer as senders name it; or an address of it, which names it by `customer_id`. */
export function customerNamed(part: BodyPart): CustomerNamed {
  const [named, entity, own] = [part.id('customer_id'), part.id('entity_id'), part.id('id')];
  const customer = { website_id: part.id('website_id'), website_code: part.name('website_code') };
  const id = named ?? entity ?? own;
  if (id == null) part.fault('must name the customer: customer_id');
  return { customer_id: id ?? 0, ...customer };
}

/** An order as senders name it; or a shipment, invoice or credit memo of it, which names it by `order_id`. */
export function orderNamed(part: BodyPart): OrderNamed {
  const orderId = part.id('order_id');
  const named = {
    entity_id: part.id('entity_id'),
    increment_id: part.name('increment_id'),
    store_id: part.id('store_id'),
    store_code: part.name('store_code'),
    updated_at: part.text('updated_at', timePattern, 'must be a UTC time such as 2026-11-23 08:07:07'),
  };
  const isNumbered = named.increment_id != null && (named.store_id ?? named.store_code ?? null) !== null;
  if ((named.entity_id ?? orderId ?? null) === null && !isNumbered)
    part.fault('must name the order: entity_id, or increment_id with store_id or store_code');
  // All else of a shipment is its own: number, time and id.
  return orderId == null ? named : { entity_id: orderId };
}

/** What a delivery says, or what is wrong with it in words; never its values, which may be personal data. */
export function parseBody<Said extends Named | Named[]>(
  raw: Buffer,
  read: (body: BodyPart) => Said,
): Said | string {
  let json: unknown;
  try {
    json = JSON.parse(raw.toString('utf8'));
  } catch {
    return 'the body is no JSON';
  }
  const body = new BodyPart(json);
  const named = read(body);
  return body.faults.length === 0 ? named : body.faults.join('; ');
}
