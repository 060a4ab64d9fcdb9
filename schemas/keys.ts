/**
 * Keys of the topics. Parts are joined by `/`; in every part but the last one `/` and `%` are
 * percent-encoded, so that a key splits in one way only and the last part (a SKU, an order number) stays as it is.
 */

/** `instance/store/increment_id`: the number alone is unique per store only. */
export function orderKey(order: { instance: string; store: string; incrementId: string }): string {
  return joinKey([order.instance, order.store, order.incrementId]);
}

/** `instance/website/customer id`: the e-mail address would be personal data. */
export function customerKey(customer: { instance: string; website: string; customerId: number }): string {
  return joinKey([customer.instance, customer.website, String(customer.customerId)]);
}

/** `source/sku`, the source being the ERP's code. */
export function stockKey(stock: { source: string; sku: string }): string {
  return joinKey([stock.source, stock.sku]);
}

/** Of whoever reads a flow: names of processes hold no slash. */
export function controlKey({ instance, reader }: { instance: string; reader: string }): string {
  return joinKey([instance, reader]);
}

const orderPrefix = 'order/';

/** An ERP document by its number, which the ERP gives within each kind. */
export function fulfilmentDocument({ kind, documentId }: { kind: string; documentId: string }): string {
  return kind === 'order' ? orderPrefix + documentId : documentId;
}

/** Whether such a name is that of the ERP's order, which the order export tells of. */
export const isOrderDocument = (name: string | null): boolean => name?.startsWith(orderPrefix) ?? false;

/** A record as `cartage.parked` names it; one that cannot be decoded is named by its place. */
export function documentKey(record: {
  group: string;
  topic: string;
  partition: number;
  offset: number;
  key: string | null;
  documentId: string | null;
}): string {
  if (record.key === null) return `${record.group}/${record.topic}/${record.partition}/${record.offset}`;
  const document = record.documentId === null ? '' : `/${record.documentId}`;
  return `${record.group}/${record.topic}/${record.key}${document}`;
}

/** `instance/kind/key/field`: the key of the record that differs stays readable, the field has no `/` of its own. */
export function differenceKey(difference: {
  instance: string;
  kind: string;
  key: string;
  field: string;
}): string {
  const { instance, kind, key, field } = difference;
  return `${instance}/${kind}/${key}/${escapePart(field)}`;
}

export function joinKey(parts: string[]): string {
  let key = '';
  for (let index = 0; index < parts.length - 1; index += 1) key += `${escapePart(parts[index]!)}/`;
  return key + parts[parts.length - 1]!;
}

/** Splits a key into `count` parts, the last one taking the rest. Null when there are fewer. */
export function splitKey(key: string, count: number): string[] | null {
  const parts = key.split('/');
  if (parts.length < count) return null;
  const last = parts.slice(count - 1).join('/');
  return [...parts.slice(0, count - 1).map(unescapePart), last];
}

function escapePart(part: string): string {
  // Almost none has any.
  if (!part.includes('%') && !part.includes('/')) return part;
  return part.replaceAll('%', '%25').replaceAll('/', '%2F');
}

function unescapePart(part: string): string {
  return part.replaceAll('%2F', '/').replaceAll('%25', '%');
}
