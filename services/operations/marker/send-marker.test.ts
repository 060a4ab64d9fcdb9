/** Doubles: a shop and an ERP between which a line carries everything a few seconds later, and the bus on which acts are recorded. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { markerSection } from '../../platform/config/sections/marker.ts';
import { audit } from '../../../schemas/topics.ts';
import type { Audit } from '../../../schemas/types.ts';
import { Rejected, Unavailable } from '../../platform/errors.ts';
import { RecordingBus } from '../../platform/flow/testing/recording-bus.ts';
import { MarkerRecords } from './records.ts';
import { removeMarker, sendMarker } from './send-marker.ts';
import type { MarkerTools } from './tools.ts';

const fault = { code: 'x', what: 'What', fix: 'Fix' };
const sku = 'CARTAGE-MARKER';
const carriedMs = 3_000;

let now: number;
let product: { enabledAt: number | null; disabledAt: number | null };
let stock: { quantity: number; changesAt: number; to: number };
let orders: { at: number; state: string; isShipped: boolean; shippedAt: number }[];
let acts: string[];
let configured: string[];
let isErpReached: boolean;
let bus: RecordingBus;
let written: { at: number; quantity: number } | null;
let isCancelable: boolean;
let carts: number;
let erpCounts: number;
let erpStock: number;
let onPlace: () => void;
let onCart: () => void;
let onParcel: () => void;
let interruption: AbortController;
beforeEach(() => {
  now = 0;
  product = { enabledAt: null, disabledAt: null };
  stock = { quantity: 0, changesAt: Infinity, to: 0 };
  [orders, acts, isErpReached, isCancelable, carts, erpCounts] = [[], [], true, true, 0, 1];
  [bus, written, erpStock] = [new RecordingBus(), null, 9];
  configured = ['product.make', 'product.remove', 'parcel.make', 'parcel.remove'];
  [onPlace, onCart, onParcel] = [() => undefined, () => undefined, () => undefined];
  interruption = new AbortController();
});

const isForSale = () =>
  product.enabledAt !== null &&
  product.enabledAt <= now &&
  !(product.disabledAt !== null && product.disabledAt <= now);
const quantity = () => {
  if (written !== null && written.at <= now) return written.quantity;
  return stock.changesAt <= now ? stock.to : stock.quantity;
};
const toChange = (to: number) => (stock = { quantity: quantity(), changesAt: now + carriedMs, to });

const erp = (): MarkerTools['erp'] => ({
  steps: (part, act) => (configured.includes(`${part}.${act}`) ? 1 : 0),
  run: async (part, act, values) => {
    acts.push(`${part}.${act} ${Object.values(values).join(' ')}`.trim());
    if (part === 'product' && act === 'make') {
      product = { enabledAt: now + carriedMs, disabledAt: null };
      erpStock = 9;
      toChange(9);
    }
    if (part === 'product' && act === 'remove') product.disabledAt = now + carriedMs;
    if (part === 'parcel' && act === 'make') {
      onParcel();
      Object.assign(orders[0]!, { isShipped: true, shippedAt: now + carriedMs });
      // The shop takes it off itself as it is shipped; the ERP's number comes after that.
      const shippedAt = now + carriedMs;
      erpStock -= erpCounts;
      stock = { quantity: quantity(), changesAt: shippedAt, to: quantity() - 1 };
      written = { at: shippedAt + carriedMs, quantity: erpStock };
    }
  },
});

const shop = () => ({
  products: {
    get: async () => {
      if (product.enabledAt === null || product.enabledAt > now) return null;
      return { status: isForSale() ? 1 : 2, price: '9.90' };
    },
  },
  sourceItems: { read: async () => [{ quantity: String(quantity()), status: 1 }] },
  guestCarts: {
    open: async () => `cart ${(carts += 1)}`,
    add: async () => onCart(),
    place: async () => {
      orders.push({ at: now, state: 'new', isShipped: false, shippedAt: Infinity });
      onPlace();
      return orders.length;
    },
  },
  orders: {
    byId: async (id: number) => ({
      increment_id: `00000000${id}`,
      store_id: 1,
      state: orders[id - 1]!.state,
    }),
    cancel: async (id: number) => {
      acts.push('cancel');
      const order = orders[id - 1]!;
      const isDone = isCancelable && !order.isShipped && order.state !== 'canceled';
      if (isDone) order.state = 'canceled';
      return isDone;
    },
  },
  shipments: {
    ofOrder: async (id: number) => (orders[id - 1]!.shippedAt <= now ? [{ increment_id: '000000007' }] : []),
  },
  store: { views: async () => [{ id: 1, code: 'en' }] },
});

const tools = (): MarkerTools => ({
  shop: shop() as never,
  erp: erp(),
  lookUpOrder: async (key) =>
    isErpReached && key === 'us/en/000000001' && orders[0]!.at + carriedMs <= now
      ? { id: '7', reference: 'SO/7', isDone: true }
      : null,
  records: new MarkerRecords(bus, { name: 'ada', tool: 'cli' }, 'us shop erp'),
  stockInErp: async () => erpStock,
  instance: 'us',
  marker: markerSection.parse({ withinMs: 20_000 }),
  clock: {
    now: () => now,
    wait: async (ms) => {
      now += ms;
    },
  },
  signal: interruption.signal,
  onStep: ({ name, status }) => void told.push(`${status}: ${name}`),
});
let told: string[] = [];
beforeEach(() => void (told = []));

const by = (run: { steps: { name: string; status: string }[] }, name: string) =>
  run.steps.find((step) => step.name === name) as never as {
    status: string;
    detail: string;
    fix: string;
    durationMs: number;
  };
const values = `${sku} us/en/000000001 7 SO/7`;

describe('the marker order', () => {
  it('goes the whole way, each part timed, and leaves nothing for sale', async () => {
    const run = await sendMarker(tools(), null);
    expect(run).toMatchObject({ sku, ok: true });
    expect(run.steps.map(({ name, status, durationMs }) => `${status} ${durationMs} ${name}`)).toEqual([
      'done 0 product in the ERP',
      'done 3000 product for sale in the shop',
      'done 0 stock in the shop',
      'done 0 put into a cart',
      'done 0 order in the shop',
      'done 0 its number in the shop',
      'done 3000 order in the ERP',
      'done 0 parcel in the ERP',
      'done 3000 shipment in the shop',
      'done 0 stock behind it in the shop',
      'done 0 order canceled in the shop',
      'done 0 parcel removed in the ERP',
      'done 0 product removed in the ERP',
      'done 3000 product off sale in the shop',
      'done 0 its end on record',
    ]);
    expect(acts).toEqual([
      `product.make ${sku}`,
      `parcel.make ${values}`,
      'cancel',
      `parcel.remove ${values}`,
      `product.remove ${values}`,
    ]);
    expect(by(run, 'order canceled in the shop').detail).toContain('stays there as it is: what was shipped');
    expect(by(run, 'stock behind it in the shop').detail).toBe('9 before, 8 now');
    expect(told).toHaveLength(run.steps.length);
    expect(isForSale()).toBe(false);
  });

  it('with a product that is named makes none and removes none', async () => {
    product.enabledAt = 0;
    stock = { quantity: 4, changesAt: Infinity, to: 0 };
    configured = ['product.make', 'product.remove'];
    const run = await sendMarker(tools(), 'MUG');
    expect([run.ok, run.sku, acts, isForSale()]).toEqual([true, 'MUG', ['cancel'], true]);
    expect(by(run, 'parcel in the ERP')).toMatchObject({
      status: 'skipped',
      detail: 'marker.parcel.make is not configured',
    });
    expect(by(run, 'order canceled in the shop').detail).toContain('stays there as canceled');
  });

  it('does not touch a product that the shop has already, sold or not', async () => {
    product.enabledAt = 0;
    const fault = { code: 'marker.sku', fix: expect.not.stringContaining('--clean-up') };
    await expect(sendMarker(tools(), null)).rejects.toMatchObject({ fault });
    product.disabledAt = 0;
    await expect(sendMarker(tools(), null)).rejects.toMatchObject({ fault });
    await expect(removeMarker(tools())).rejects.toMatchObject({ fault: { code: 'marker.nothing_left' } });
    configured = [];
    await expect(sendMarker(tools(), null)).rejects.toMatchObject({ fault: { code: 'marker.product' } });
    expect([acts, bus.broker.values(audit)]).toEqual([[], []]);
  });

  it('may be sent again with the product that one before it has made and taken off sale', async () => {
    expect(await sendMarker(tools(), null)).toMatchObject({ ok: true });
    [orders, written] = [[], null];
    expect(await sendMarker(tools(), null)).toMatchObject({ ok: true });
  });

  it('with a product that the shop does not have is refused at once', async () => {
    await expect(sendMarker(tools(), 'MUGG')).rejects.toMatchObject({
      fault: { code: 'marker.unknown_sku' },
    });
    expect([now, bus.broker.values(audit)]).toEqual([0, []]);
  });

  it('fails where the stock behind it is not one less, also where the shop has taken it off by itself', async () => {
    erpCounts = 2;
    const run = await sendMarker(tools(), null);
    expect(by(run, 'stock behind it in the shop')).toMatchObject({
      status: 'failed',
      detail:
        'One has left, and 9 in the shop and 9 in the ERP before are not 7 in the shop and 7 in the ERP now within 20 s',
    });
  });

  it('fails where the order is neither canceled nor shipped, and is kept on record until it is', async () => {
    [isCancelable, isErpReached] = [false, false];
    const run = await sendMarker(tools(), null);
    expect(by(run, 'order canceled in the shop')).toMatchObject({
      status: 'failed',
      fix: expect.stringContaining('Cancel it in the admin'),
    });
    expect(isForSale()).toBe(false);
    await expect(sendMarker(tools(), null)).rejects.toMatchObject({ fault: { code: 'marker.unfinished' } });
    orders[0]!.state = 'canceled';
    expect(await removeMarker(tools())).toMatchObject({ ok: true });
    await expect(removeMarker(tools())).rejects.toMatchObject({ fault: { code: 'marker.nothing_left' } });
  });

  it('that does not come through is cleaned up, and says where it stood', async () => {
    isErpReached = false;
    const run = await sendMarker(tools(), null);
    expect([run.ok, orders[0]!.state, isForSale()]).toEqual([false, 'canceled', false]);
    expect(by(run, 'order in the ERP')).toMatchObject({
      status: 'failed',
      detail: 'The ERP has no order us/en/000000001 within 20 s',
      fix: 'See cartage explain order 000000001',
    });
    expect(told.filter((one) => one.startsWith('not run'))).toEqual([
      'not run: parcel in the ERP',
      'not run: shipment in the shop',
      'not run: stock behind it in the shop',
    ]);
  });

  it('that is interrupted is cleaned up at once', async () => {
    onParcel = () => interruption.abort();
    const run = await sendMarker(tools(), null);
    expect(by(run, 'shipment in the shop')).toMatchObject({ status: 'not run', detail: 'interrupted' });
    expect([run.ok, acts.at(-1), isForSale()]).toEqual([false, `product.remove ${values}`, false]);
  });

  it('is put into a cart again while the shop does not sell it yet', async () => {
    let refusals = 2;
    onCart = () => {
      if (refusals-- > 0) throw new Rejected(fault);
    };
    const run = await sendMarker(tools(), null);
    expect([run.ok, by(run, 'put into a cart').durationMs, carts]).toEqual([true, 2_000, 1]);
  });

  it('is not placed twice where no answer tells whether it was', async () => {
    onPlace = () => {
      throw new Unavailable(fault, { outcome: 'unknown' });
    };
    const run = await sendMarker(tools(), null);
    expect([run.ok, orders.length]).toEqual([false, 1]);
    expect(by(run, 'order in the shop')).toMatchObject({
      status: 'failed',
      detail: 'What: the order may have been placed all the same',
    });
    expect(by(run, 'order canceled in the shop').fix).toContain('marker@example.com');
    expect(acts.at(-1)).toBe(`product.remove ${sku}`);
  });

  it('that was killed is removed as it is on record, from before each thing is made', async () => {
    await new Promise<void>((reached) => {
      void sendMarker({ ...tools(), erp: { ...erp(), run: hangsAt('parcel', reached) } }, null);
    });
    const last = bus.broker.values<Audit>(audit).at(-1)!;
    expect(last).toMatchObject({ actor: 'ada', action: 'marker-order' });
    expect(last.keys).toEqual(
      expect.arrayContaining([`sku=${sku}`, 'order=1', 'key=us/en/000000001', 'id=7']),
    );
    const run = await removeMarker(tools());
    expect([run.ok, orders[0]!.state]).toEqual([true, 'canceled']);
    expect(acts.slice(-3)).toEqual(['cancel', `parcel.remove ${values}`, `product.remove ${values}`]);
  });

  it('takes away no parcel that it has not begun to make', async () => {
    isErpReached = false;
    await sendMarker(tools(), null);
    expect(acts.filter((act) => act.startsWith('parcel'))).toEqual([]);
  });

  it('says what stays where its removal is not configured', async () => {
    configured = ['product.make'];
    expect(by(await sendMarker(tools(), null), 'product removed in the ERP')).toMatchObject({
      status: 'skipped',
      detail: `marker.product.remove is not configured: ${sku} stays for sale`,
    });
  });
});

/** The process ends there. */
function hangsAt(part: string, onReached: () => void): MarkerTools['erp']['run'] {
  const { run } = erp();
  return (which, act, given) => {
    if (which !== part || act !== 'make') return run(which, act, given);
    onReached();
    return new Promise(() => undefined);
  };
}
