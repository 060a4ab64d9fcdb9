/**
 * What every way into an ERP promises, by SQL or over HTTP. Real: the adapter, the exporter's decisions. What the ERP is,
 * the backend says: a real PostgreSQL, or a stand-in on loopback. Asserted: what the ERP holds afterwards, and what is told.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Order } from '../../schemas/types.ts';
import type { ErpOrders } from '../../services/erp/orders/erp-orders.ts';
import { orderFlow } from '../../services/order-exporter/order-flow.ts';
import type { Received } from '../../services/platform/kafka/types.ts';
import { anInput, anUnknownInput } from './an-input.ts';

/** One document of an order, as the ERP holds it. */
export interface Held {
  state: string;
  lines: number;
}

export interface OrdersBackend {
  /** A new adapter, as another process has it. */
  open(): ErpOrders & { close(): Promise<void> };
  held(key: string): Promise<Held[]>;
  /** What the ERP says was paid back of an order, note by note. */
  credits?(key: string): Promise<number[]>;
  /** The next write that makes an order is carried out, and its answer lost. */
  loseAnswer(): void;
  close(): Promise<void>;
}

export interface Backends {
  start: () => Promise<OrdersBackend>;
  accepted: string;
  /** What becomes of an accepted order that is canceled; null when it is deleted. */
  canceled: string | null;
  /** The ERP refuses a second order of one key by itself. */
  refusesSecond: boolean;
  /** It has credit notes, and is told what the shop pays back. */
  hasCreditNotes?: boolean;
}

export function ordersSuite(
  name: string,
  { start, accepted, canceled, refusesSecond, hasCreditNotes = false }: Backends,
): void {
  let backend: OrdersBackend;
  const opened: { close(): Promise<void> }[] = [];
  const open = () => {
    const orders = backend.open();
    opened.push(orders);
    return orders;
  };
  const whole = { state: accepted, lines: 2 };
  const dead = canceled === null ? [] : [{ state: canceled, lines: 2 }];

  beforeEach(async () => {
    backend = await start();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
    await backend.close();
  });

  describe(`an order into ${name}`, () => {
    it('is made once, with all its lines, and known by its number from then on', async () => {
      const erp = open();
      const input = anInput();
      expect(await erp.lookup(input.key)).toBeNull();
      const made = await erp.create(input);
      expect(made).toMatchObject({ created: true, reference: expect.any(String) });
      expect(await backend.held(input.key)).toEqual([whole]);
      const found = await erp.lookup(input.key);
      expect(found).toMatchObject({ id: made.id, reference: made.reference });
      expect(found?.isDone).not.toBe(false);
    });

    it('that is delivered twice is not written again', async () => {
      const input = anInput();
      const first = await open().create(input);
      expect(await open().create(input)).toMatchObject({ id: first.id, created: false });
      expect(await backend.held(input.key)).toEqual([whole]);
    });

    it('whose answer is lost is an unknown outcome, and found at the next look', async () => {
      const input = anInput();
      backend.loseAnswer();
      await expect(open().create(input)).rejects.toMatchObject({ name: 'Unavailable', outcome: 'unknown' });
      await open().create(input);
      expect(await backend.held(input.key)).toEqual([whole]);
    });

    it('that the ERP refuses is rejected, and the next one goes on', async () => {
      const erp = open();
      const input = anUnknownInput();
      await expect(erp.create(input)).rejects.toMatchObject({ name: 'Rejected' });
      expect((await backend.held(input.key)).filter(({ state }) => state === accepted)).toEqual([]);
      await erp.create(anInput({ incrementId: '000000002' }));
      expect(await backend.held(input.key)).toEqual([whole]);
    });

    it('is changed where it is, a second time without effect', async () => {
      const erp = open();
      const input = anInput();
      expect(await erp.change(anInput({ state: 'canceled' }))).toBeNull();
      await erp.create(input);
      expect(await erp.change(input)).toMatchObject({ changed: false });
      expect(await erp.change(anInput({ state: 'canceled' }))).toMatchObject({ changed: true });
      expect(await backend.held(input.key)).toEqual(dead);
      const again = await erp.change(anInput({ state: 'canceled' }));
      expect(again?.changed ?? false).toBe(false);
    });

    it('is as dead when it was paid back as a whole before anything left, and not when something had', async () => {
      const erp = open();
      const { key, order } = anInput();
      await erp.create(anInput());
      const [first, ...others] = order.lines;
      const lines = [{ ...first!, quantityShipped: '1.0000' }, ...others];
      expect(await erp.change(anInput({ state: 'closed', lines }))).toMatchObject({ changed: false });
      expect(await erp.change(anInput({ state: 'closed' }))).toMatchObject({ changed: true });
      expect(await backend.held(key)).toEqual(dead);
    });

    it(`of which a part is paid back ${hasCreditNotes ? 'is told so, each part once' : 'is left alone'}`, async () => {
      const erp = open();
      const { key, order } = anInput();
      const refunded = (refundedMinor: number | null) =>
        erp.change(anInput({ totals: { ...order.totals, refundedMinor } }));
      await erp.create(anInput());
      expect(await refunded(0)).toMatchObject({ changed: false });
      // Of a record from before the contract had it.
      expect(await refunded(null)).toMatchObject({ changed: false });
      expect(await refunded(1000)).toMatchObject({ changed: hasCreditNotes });
      expect(await refunded(1000)).toMatchObject({ changed: false });
      expect(await refunded(1450)).toMatchObject({ changed: hasCreditNotes });
      expect(await backend.credits?.(key)).toEqual(hasCreditNotes ? [10, 4.5] : undefined);
      const lines = order.lines.map((line, index) => ({ ...line, quantityCanceled: `${index}.0000` }));
      if (hasCreditNotes)
        await expect(erp.change(anInput({ lines }))).rejects.toMatchObject({
          fault: { code: 'order.erp_state', why: expect.stringContaining('1.0000 of CUP') },
        });
      expect(await backend.held(key)).toEqual([whole]);
    });

    it("goes through the exporter, whose outcome names the ERP's number", async () => {
      const erp = open();
      const handle = handlerOf(erp);
      const made = await handle({});
      const found = await erp.lookup(anInput().key);
      expect(made).toEqual({ status: 'applied', targetId: found?.reference, cause: 'created' });
      expect(await handle({})).toMatchObject({ status: 'unchanged', targetId: found?.reference });
      expect(await handle({ state: 'canceled' })).toMatchObject({ status: 'applied' });
      expect(await backend.held(anInput().key)).toEqual(dead);
    });

    it('that was edited in the shop is canceled before the one in its place is made', async () => {
      const handle = handlerOf(open());
      const replacing = { incrementId: '000000001-1', parentIncrementId: '000000001' };
      const alive = () => backend.held('us/default/000000001-1');
      await handle({});
      await expect(handle(replacing)).rejects.toMatchObject({ fault: { code: 'order.replaced_alive' } });
      expect(await alive()).toEqual([]);
      await handle({ state: 'canceled' });
      expect(await handle(replacing)).toMatchObject({ status: 'applied', cause: 'created' });
      expect([await backend.held(anInput().key), await alive()]).toEqual([dead, [whole]]);
    });

    if (refusesSecond)
      it('made by four at once is one', async () => {
        const input = anInput();
        const made = await Promise.all([1, 2, 3, 4].map(() => open().create(input)));
        expect(new Set(made.map(({ id }) => id)).size).toBe(1);
        expect(await backend.held(input.key)).toEqual([whole]);
      });
  });
}

/** The exporter's handling of one order after the other. */
export function handlerOf(erp: ErpOrders) {
  const flow = orderFlow({
    erp,
    orders: {
      since: 0,
      payments: { checkmo: { dueFrom: ['processing'], paid: false, codes: {} } },
      shipping: { flatrate_flatrate: {} },
      stores: { default: {} },
    },
    hasChange: true,
    connections: 4,
    settleMs: 0,
    guests: 'email',
    instance: 'us',
    mode: 'on',
    clock: Date,
    progress: { isHandled: () => Promise.resolve(true) },
  });
  return (change: Partial<Order>) =>
    flow.handle({ key: anInput().key, value: anInput(change).order } as Received<Order> & { value: Order }, {
      number: 1,
      mode: 'on',
      assertCurrent: () => undefined,
    });
}
