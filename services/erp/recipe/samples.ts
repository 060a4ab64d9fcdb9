import { parseAvro } from '../../../schemas/avro.ts';
import type { AvroSchema } from '../../../schemas/avro.ts';
import { customers, orders, schemaText } from '../../../schemas/topics.ts';
import type { Address, Customer, CustomerAddress, Order, OrderLine, Totals } from '../../../schemas/types.ts';

/** An order of nobody, in every field of the contract, with so many lines: what expressions are tried on. */
export function sampleOrder(lineCount: number): Order {
  const order = valueOf(parseAvro(schemaText(orders.topic)), '') as Order;
  const lines = Array.from({ length: lineCount }, (_, index) => lineOf(order.lines[0]!, index));
  const subtotalMinor = 1_000 * lineCount;
  const taxMinor = 200 * lineCount;
  const totals: Totals = {
    ...order.totals,
    currency: 'EUR',
    digits: 2,
    subtotalMinor,
    shippingMinor: 500,
    taxMinor,
    grandTotalMinor: subtotalMinor + taxMinor + 500,
  };
  const address = addressOf(order.billingAddress!);
  return {
    ...order,
    instance: 'main',
    website: 'base',
    store: 'default',
    incrementId: '000000042',
    state: 'processing',
    status: 'processing',
    createdAt: Date.UTC(2026, 0, 31, 12),
    updatedAt: Date.UTC(2026, 0, 31, 12),
    customer: { ...order.customer, email: 'Sample@Example.com', firstName: 'Sam', lastName: 'Ample' },
    billingAddress: address,
    shippingAddress: address,
    lines,
    totals,
    baseTotals: totals,
    problems: [],
  };
}

/** A customer of nobody, with so many addresses. */
export function sampleCustomer(addressCount: number): Customer {
  const customer = valueOf(parseAvro(schemaText(customers.topic)), '') as Customer;
  const [address] = customer.addresses as [CustomerAddress];
  const addresses = Array.from({ length: addressCount }, (_, index) => ({
    ...address,
    ...place,
    addressId: index + 1,
    isDefaultBilling: index === 0,
    isDefaultShipping: index === 0,
  }));
  const name = { firstName: 'Sam', lastName: 'Ample', email: 'Sample@Example.com' };
  return { ...customer, ...name, instance: 'main', website: 'base', customerId: 42, addresses };
}

function lineOf(line: OrderLine, index: number): OrderLine {
  const money = { subtotalMinor: 1_000, taxMinor: 200, rowTotalMinor: 1_000 };
  return {
    ...line,
    ...money,
    lineId: String(index + 1),
    sku: `SAMPLE-${index + 1}`,
    unitPrice: '10.0000',
    taxPercent: '20.0000',
  };
}

const place = { street: ['1 Sample Street'], city: 'Sampleton', postcode: '12345', countryCode: 'DE' };

function addressOf(address: Address): Address {
  return { ...address, ...place, firstName: 'Sam', lastName: 'Ample' };
}

/** Anything of the right kind; numbers that travel as text are those whose documentation says so. */
function valueOf(schema: AvroSchema, doc: string): unknown {
  switch (schema.kind) {
    case 'record':
      return Object.fromEntries(schema.fields.map(({ name, type, doc }) => [name, valueOf(type, doc ?? '')]));
    case 'array':
      return [valueOf(schema.items, doc)];
    case 'union':
      return valueOf(
        schema.branches.find((one) => !(one.kind === 'primitive' && one.name === 'null'))!,
        doc,
      );
    case 'primitive':
      return primitiveOf(schema.name, doc);
    default:
      return {};
  }
}

function primitiveOf(name: string, doc: string): unknown {
  if (name === 'boolean') return false;
  if (name !== 'string') return 0;
  return /decimal/i.test(doc) ? '1.0000' : 'sample';
}
