/** The fulfilments query of deploy/config/sandbox.yaml: deliveries as documents, from planning to the late tracking number. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, lookUp } from './testing/asking.ts';
import { readStreams } from './testing/configuration.ts';
import type { Stream } from './testing/configuration.ts';
import { createOrder, startTestErp } from './testing/erp.ts';
import type { TestErp } from './testing/erp.ts';
import { anOrder } from './testing/order.ts';

let erp: TestErp;
let fulfilments: Stream;
beforeAll(async () => {
  const found = (await readStreams()).fulfilments;
  if (!found) throw new Error('No stream fulfilments.');
  fulfilments = found;
  erp = await startTestErp();
});
afterAll(() => erp.close());

async function post(path: string, body: unknown): Promise<unknown> {
  const answer = await erp.call('POST', path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

describe('fulfilments', () => {
  async function confirmed(incrementId: string): Promise<{ delivery: number; lines: number[] }> {
    const order = anOrder({
      incrementId,
      lines: [
        { sku: 'TOWEL-SET3', quantity: 2, priceMinor: 2400 },
        { sku: 'PAN-IRON-26', quantity: 1, priceMinor: 5900 },
      ],
    });
    const { id } = await createOrder(erp.cartage, order);
    const { deliveries } = (await post(`/orders/${id}/confirm`, {})) as { deliveries: { id: number }[] };
    const delivery = deliveries[0]?.id ?? 0;
    const { rows } = await erp.owner.query<{ id: number }>(
      'select id from delivery_line where delivery_id = $1 order by id',
      [delivery],
    );
    return { delivery, lines: rows.map((row) => row.id) };
  }

  it('tells a delivery once it has left, with the lines and parcels of its own part', async () => {
    const { delivery, lines } = await confirmed('000000300');
    expect(await ask(erp.cartage, fulfilments, { keys: [delivery] })).toEqual([]);
    const shipped = (await post(`/deliveries/${delivery}/ship`, {
      lines: [{ line: lines[0], quantity: 1 }],
      carrier: 'DHL',
      service: 'EXPRESS',
      trackingNumber: 'JD014',
    })) as { name: string; backorder: { id: number; name: string } };
    const record = { instance: 'us', store: 'default', increment_id: '000000300' };
    const [row, ...others] = await lookUp(erp.cartage, fulfilments, record);
    expect(others).toEqual([]);
    expect(Object.keys(row ?? {})[0]).toBe('document');
    expect(row).toMatchObject({
      document: delivery,
      ...record,
      document_id: shipped.name,
      kind: 'shipment',
      occurred_on: expect.any(Date),
      source: 'WH1',
      lines: [{ sku: 'TOWEL-SET3', orderLineId: '000000300-1', quantity: '1.0000' }],
      packages: [{ carrier: 'DHL', service: 'EXPRESS', trackingNumber: 'JD014' }],
    });

    await post(`/deliveries/${shipped.backorder.id}/ship`, {});
    const both = await lookUp(erp.cartage, fulfilments, record);
    expect(both.find((one) => one.document_id === shipped.backorder.name)).toMatchObject({
      lines: [
        { sku: 'TOWEL-SET3', orderLineId: '000000300-1', quantity: '1.0000' },
        { sku: 'PAN-IRON-26', orderLineId: '000000300-2', quantity: '1.0000' },
      ],
      packages: [], // no number yet
    });
  });

  it('tells an invoice with what it charges, and what is left with the next one', async () => {
    const { delivery } = await confirmed('000000302');
    const orderId = (
      (await erp.call('GET', `/deliveries?limit=1`)).body as { id: number; order_id: number }[]
    ).find(({ id }) => id === delivery)!.order_id;
    const { rows } = await erp.owner.query<{ id: number }>(
      'select id from sales_order_line where order_id = $1 order by id',
      [orderId],
    );
    const first = (await post(`/orders/${orderId}/invoice`, {
      lines: [{ line: rows[0]!.id, quantity: 1 }],
    })) as { id: number; name: string };
    expect(await ask(erp.cartage, fulfilments, { keys: [-first.id] })).toMatchObject([
      {
        document: -first.id,
        document_id: first.name,
        kind: 'invoice',
        source: null,
        lines: [{ sku: 'TOWEL-SET3', orderLineId: '000000302-1', quantity: '1.0000' }],
      },
    ]);
    const rest = (await post(`/orders/${orderId}/invoice`, {})) as { name: string };
    const all = await lookUp(erp.cartage, fulfilments, {
      instance: 'us',
      store: 'default',
      increment_id: '000000302',
    });
    expect(new Set(all.map(({ document_id }) => document_id))).toEqual(new Set([first.name, rest.name]));
    expect(all.find(({ document_id }) => document_id === rest.name)).toMatchObject({
      lines: [
        { sku: 'TOWEL-SET3', quantity: '1.0000' },
        { sku: 'PAN-IRON-26', quantity: '1.0000' },
      ],
    });
    expect((await erp.call('POST', `/orders/${orderId}/invoice`, {})).status).toBe(409);
    const lines = [{ line: rows[0]!.id, quantity: 1, returned: true }];
    const credit = (await post(`/orders/${orderId}/refund`, { lines, shipping: 4.5 })) as {
      id: number;
      name: string;
    };
    const told = await ask(erp.cartage, fulfilments, { keys: [-1_000_000_000 - credit.id] });
    expect(told).toMatchObject([
      {
        document_id: credit.name,
        kind: 'creditmemo',
        amounts: { currency: 'USD', shipping: '4.5000' },
        lines: [{ orderLineId: '000000302-1', quantity: '1.0000', returnToStock: true }],
      },
    ]);
    const tooMuch = { lines: [{ line: rows[0]!.id, quantity: 2 }] };
    expect((await erp.call('POST', `/orders/${orderId}/refund`, tooMuch)).status).toBe(409);
  });

  it('tells a number that came late, and counts from $since on', async () => {
    const { delivery } = await confirmed('000000301');
    await post(`/deliveries/${delivery}/ship`, {});
    await post(`/deliveries/${delivery}/tracking`, { trackingNumber: '1Z999' });
    expect(await ask(erp.cartage, fulfilments, { keys: [delivery] })).toMatchObject([
      { packages: [{ carrier: 'UPS', service: 'GROUND', trackingNumber: '1Z999' }] },
    ]);
    expect(
      await ask(erp.cartage, fulfilments, { keys: [delivery], since: '2020-01-01T00:00:00Z' }),
    ).toHaveLength(1);
    expect(await ask(erp.cartage, fulfilments, { keys: [delivery], since: '2099-01-01T00:00:00Z' })).toEqual(
      [],
    );
  });
});
