/** Real: the exporter's decisions. Double: the ERP, a map with the promises of `ErpOrders`. */
import { describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import type { Order } from '../../schemas/types.ts';
import type { ErpOrders, FoundOrder, OrderInput } from '../erp/orders/erp-orders.ts';
import { Held, Rejected, Unavailable } from '../platform/errors.ts';
import type { Attempt } from '../platform/flow/outcome/outcome.ts';
import { LeaseLost } from '../platform/fence.ts';
import type { Received } from '../platform/kafka/types.ts';
import { orderFlow } from './order-flow.ts';
import type { OrderFlowOptions } from './order-flow.ts';
import { orderProgress } from './order-progress.ts';

class ErpInMemory implements ErpOrders {
  readonly states = new Map<string, string>();
  readonly calls: string[] = [];
  lastInput: OrderInput | null = null;

  /** Null: an ERP that names its orders by their ids alone. */
  reference: string | null = 'SO/7';
  tellsCanceled = true;
  isDown = false;

  async lookup(key: string) {
    await turn();
    if (this.isDown) throw new Unavailable({ code: 'erp.down', what: 'Down', fix: 'Wait' });
    this.calls.push('lookup');
    const state = this.states.get(key);
    if (state === undefined) return null;
    const found = { id: '7', reference: this.reference };
    return this.tellsCanceled ? { ...found, isCanceled: state === 'canceled' } : found;
  }

  async create(input: OrderInput) {
    await turn();
    this.calls.push('create');
    this.lastInput = input;
    const created = !this.states.has(input.key);
    if (created) this.states.set(input.key, (input.order as Order).state);
    return { id: '7', reference: this.reference, created };
  }

  async change(input: OrderInput): Promise<(FoundOrder & { changed: boolean }) | null> {
    await turn();
    this.calls.push('change');
    const changed = this.states.get(input.key) !== (input.order as Order).state;
    this.states.set(input.key, (input.order as Order).state);
    return { id: '7', reference: this.reference, changed };
  }
}

const orders: OrderFlowOptions['orders'] = {
  since: 1_000,
  payments: { checkmo: { dueFrom: ['processing'], paid: false, codes: { term: 'NET0' } } },
  shipping: { flatrate_flatrate: { carrier: 'UPS' } },
  stores: { default: {} },
};

function setUp(more: Partial<OrderFlowOptions> = {}) {
  const erp = new ErpInMemory();
  const flow = orderFlow({
    erp,
    orders,
    hasChange: true,
    connections: 4,
    settleMs: 1_000,
    guests: 'email',
    instance: 'us',
    mode: 'on',
    clock: { now: () => 100_000 },
    progress: { isHandled: () => Promise.resolve(true) },
    ...more,
  });
  const handle = (order: Partial<Order>, { publishedAt = 100_000, ...attempt }: Partial<Given> = {}) =>
    flow.handle({ value: { ...anOrder, ...order }, publishedAt } as Received<Order> & { value: Order }, {
      number: 1,
      mode: more.mode ?? 'on',
      assertCurrent: () => undefined,
      ...attempt,
    });
  return { erp, flow, handle };
}

type Given = Attempt & { publishedAt: number };

const anOrder = {
  instance: 'us',
  store: 'default',
  incrementId: '000000001',
  state: 'processing',
  createdAt: 2_000,
  isVirtual: false,
  totals: { refundedMinor: 0 },
  lines: [{ quantityCanceled: '0.0000' }],
  paymentMethod: 'checkmo',
  shippingMethod: 'flatrate_flatrate',
  problems: [],
  website: 'base',
  customer: { customerId: null, email: 'Jane@Example.com ' },
} as unknown as Order;

describe('the flow', () => {
  it('has as many orders in work as connections, and waits as long as the ERP may go on', () => {
    const { flow } = setUp();
    expect(flow).toMatchObject({ name: 'orders', mode: 'on', settleMs: 1_000 });
    expect(flow.concurrency()).toBe(4);
  });

  it('probes the ERP by a look-up of no order, which fails with the ERP', async () => {
    const { erp, flow } = setUp();
    await flow.probe();
    expect([erp.calls, erp.states.size]).toEqual([['lookup'], 0]);
    erp.isDown = true;
    await expect(flow.probe()).rejects.toThrow('Down');
  });
});

describe('an order the ERP does not have', () => {
  it('is looked up, created with its codes, and named', async () => {
    const { erp, handle } = setUp();
    expect(await handle({})).toEqual({ status: 'applied', targetId: 'SO/7', cause: 'created' });
    expect(erp.calls).toEqual(['lookup', 'create']);
    expect(erp.lastInput).toMatchObject({
      key: 'us/default/000000001',
      codes: { payment: { term: 'NET0' }, shipping: { carrier: 'UPS' }, store: {} },
      buyer: { key: null, website: 'base', email: 'jane@example.com' },
    });
  });

  it.each([
    ['paid back', { totals: { refundedMinor: 5 } }],
    ['canceled', { lines: [{ quantityCanceled: '0.0000' }, { quantityCanceled: '1.0000' }] }],
  ])('of which a part was %s before is created, and told so, where it can be', async (_what, part) => {
    const told = setUp();
    expect(await told.handle(part as never)).toMatchObject({ status: 'applied', targetId: 'SO/7' });
    expect(told.erp.calls).toEqual(['lookup', 'create', 'change']);
    const untold = setUp({ hasChange: false });
    expect(await untold.handle(part as never)).toMatchObject({ status: 'applied', cause: 'created' });
    expect(untold.erp.calls).toEqual(['lookup', 'create']);
  });

  it('is named by its id where the ERP has no number for it, and not created where it is by now', async () => {
    const { erp, handle } = setUp();
    erp.reference = null;
    expect(await handle({ createdAt: 1_000 })).toMatchObject({ status: 'applied', targetId: '7' });
    // Made by somebody else between the look-up and the creation.
    erp.lookup = () => Promise.resolve(null);
    expect(await handle({})).toMatchObject({ status: 'unchanged', targetId: '7' });
  });

  it('is not looked up before its creation in its first minute, which looks itself', async () => {
    const { erp, handle } = setUp();
    const first = { updatedAt: 2_000 + 59_999 };
    expect(await handle(first)).toMatchObject({ status: 'applied', cause: 'created' });
    expect(erp.calls).toEqual(['create']);
    expect(await handle(first)).toMatchObject({ status: 'unchanged', targetId: 'SO/7' });
    // It may be there all the same: what would not be created is looked up, or it would be lost.
    for (const change of [{ state: 'canceled' }, { state: 'complete', ...problem('order.totals_differ') }])
      expect(await handle({ ...first, ...change })).toMatchObject({ status: 'applied' });
    expect(erp.calls).toEqual(['create', 'create', 'change', 'lookup', 'change', 'lookup', 'change']);
    expect([...erp.states.values()]).toEqual(['complete']);
  });

  it.each([
    ['later', { updatedAt: 2_000 + 60_000 }, 'on'],
    ['in dry', { updatedAt: 2_000 }, 'dry'],
  ] as const)('is looked up first: %s', async (_name, change, mode) => {
    const { erp, handle } = setUp({ mode });
    await handle(change);
    expect(erp.calls[0]).toBe('lookup');
  });

  it('is created once though its record comes twice', async () => {
    const { erp, handle } = setUp();
    await handle({});
    expect(await handle({})).toMatchObject({ status: 'unchanged', targetId: 'SO/7' });
    expect(erp.calls.filter((call) => call === 'create')).toHaveLength(1);
  });

  it.each<[string, Partial<Order>]>([
    ['not due yet', { state: 'new' }],
    ['canceled before it was due', { state: 'canceled' }],
    ['on hold', { state: 'holded' }],
    ['placed before orders.since', { createdAt: 999 }],
    ['another instance', { instance: 'eu' }],
  ])('%s: nothing is written', async (_name, change) => {
    const { erp, handle } = setUp();
    expect((await handle(change)).status).toBe('unchanged');
    expect(erp.states.size).toBe(0);
  });

  it.each<[string, string, Partial<Order>, typeof Rejected]>([
    ['totals that differ', 'order.totals_differ', problem('order.totals_differ'), Rejected],
    ['a bundle', 'order.product_type_unsupported', problem('order.product_type_unsupported'), Held],
    ['an unmapped shipping method', 'order.shipping_unmapped', { shippingMethod: 'ups_11' }, Held],
    ['an unmapped store', 'order.store_unmapped', { store: 'fr' }, Held],
    ['an unmapped payment method', 'order.payment_unmapped', { paymentMethod: 'paypal' }, Held],
  ])('%s is parked as %s', async (_name, code, change, kind) => {
    const { erp, handle } = setUp();
    const error: unknown = await handle(change).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect(error instanceof Held).toBe(kind === Held);
    expect((error as Rejected).fault.code).toBe(code);
    expect(erp.states.size).toBe(0);
  });

  it('is parked with all its problems', async () => {
    const { handle } = setUp();
    const problems = [
      ...problem('order.product_type_unsupported').problems!,
      ...problem('order.totals_differ').problems!,
    ];
    const error = (await handle({ problems }).catch((thrown: unknown) => thrown)) as Rejected;
    expect(error).not.toBeInstanceOf(Held);
    expect(error.fault.what).toContain('about order.product_type_unsupported; about order.totals_differ');
  });

  it('is not created by a process that has lost the lease', async () => {
    const { erp, handle } = setUp();
    const assertCurrent = () => {
      throw new LeaseLost('magento.orders[0]');
    };
    await expect(handle({}, { assertCurrent })).rejects.toThrow(LeaseLost);
    expect(erp.calls).toEqual(['lookup']);
  });
});

describe('an order the ERP has', () => {
  it.each(['canceled', 'closed', 'holded'])('is told of state %s', async (state) => {
    const { erp, handle } = setUp();
    await handle({});
    expect((await handle({ state })).status).toBe('applied');
    expect([...erp.states.values()]).toEqual([state]);
  });

  it('is told when the hold has ended', async () => {
    const { erp, handle } = setUp();
    await handle({});
    await handle({ state: 'holded' });
    expect((await handle({ state: 'processing' })).status).toBe('applied');
    expect([...erp.states.values()]).toEqual(['processing']);
  });

  it('says that nothing was changed where the ERP found nothing to do', async () => {
    const { handle } = setUp();
    await handle({});
    expect(await handle({ state: 'processing' })).toMatchObject({ status: 'unchanged', targetId: 'SO/7' });
  });

  it('is looked up anew where it went before it could be changed', async () => {
    const { erp, handle } = setUp();
    await handle({});
    erp.change = () => Promise.resolve(null);
    await expect(handle({ state: 'canceled' })).rejects.toThrow('went from the ERP');
  });

  it('is not changed by a process that has lost the lease', async () => {
    const { erp, handle } = setUp();
    await handle({});
    const assertCurrent = () => {
      throw new LeaseLost('magento.orders[0]');
    };
    await expect(handle({ state: 'canceled' }, { assertCurrent })).rejects.toThrow(LeaseLost);
    expect(erp.calls).not.toContain('change');
  });

  it('is left alone where no change is configured', async () => {
    const { erp, handle } = setUp({ hasChange: false });
    await handle({});
    expect((await handle({ state: 'canceled' })).status).toBe('unchanged');
    expect(erp.calls).not.toContain('change');
  });
});

describe('an order that replaces one which was edited in the shop', () => {
  const parentKey = 'us/default/000000001';
  const child = { incrementId: '000000001-1', parentIncrementId: '000000001' };
  /** In its first minute, when it is created without a look at itself. */
  const young = { ...child, updatedAt: 2_000 };

  function edited(more: Partial<OrderFlowOptions> = {}) {
    const made = setUp(more);
    made.erp.states.set(parentKey, 'processing');
    return made;
  }

  it.each([child, young])('waits until the ERP was told that the other one is canceled', async (given) => {
    const { erp, handle } = edited();
    const tried = await handle(given).catch((error: unknown) => error);
    expect(tried).toBeInstanceOf(Unavailable);
    expect(tried).toMatchObject({ notYet: true, retryAfterMs: 1_000 });
    expect([...erp.states]).toEqual([[parentKey, 'processing']]);
    await handle({ state: 'canceled', childIncrementId: child.incrementId });
    expect(await handle(given)).toMatchObject({ status: 'applied', cause: 'created' });
    expect([...erp.states]).toEqual([
      [parentKey, 'canceled'],
      ['us/default/000000001-1', 'processing'],
    ]);
  });

  it.each([
    ['after a minute', { publishedAt: 100_000 - 60_000 }],
    ['while others wait for it', { pressing: true }],
  ])('is held instead %s, and released when that is so, or the other one is gone', async (_when, given) => {
    const { erp, flow, handle } = edited();
    const held = await handle(child, given).catch((error: unknown) => error);
    expect(held).toBeInstanceOf(Held);
    expect(held).toMatchObject({
      fault: { code: 'order.replaced_alive', waitsFor: `replaced/${parentKey}` },
    });
    const ended = (key: string) => flow.awaited!.replaced!([key, 'us/default/none']);
    expect([...(await ended(parentKey))]).toEqual(['us/default/none']);
    erp.states.set(parentKey, 'canceled');
    expect([...(await ended(parentKey))]).toEqual([parentKey, 'us/default/none']);
  });

  it('that the ERP has is not held up any more', async () => {
    const { erp, handle } = edited();
    erp.states.set('us/default/000000001-1', 'processing');
    expect(await handle({ ...child, state: 'canceled' })).toMatchObject({ status: 'applied' });
  });

  it.each([
    ['the ERP does not say what is canceled', { tellsCanceled: false }, {}],
    ['the ERP is told of no changes', {}, { hasChange: false }],
  ])('waits for nothing where %s', async (_why, erpIs, more) => {
    const { erp, handle } = edited(more);
    Object.assign(erp, erpIs);
    expect(await handle(child)).toMatchObject({ status: 'applied', cause: 'created' });
  });

  it('waits for one that the ERP does not have until all that was published of it has been handled', async () => {
    const asked: unknown[] = [];
    let isHandled = false;
    const progress = {
      isHandled: (...of: unknown[]) => Promise.resolve((asked.push(of), isHandled)),
    };
    const { handle } = setUp({ progress });
    await expect(handle(child)).rejects.toMatchObject({
      notYet: true,
      fault: { code: 'order.replaced_alive' },
    });
    expect(asked).toEqual([[parentKey, 100_000]]);
    isHandled = true;
    expect(await handle(child)).toMatchObject({ status: 'applied', cause: 'created' });
  });

  it.each([
    [7, 7, true],
    [6, 7, false],
    [null, 1, false],
    [null, 0, true],
  ])('%s handled, %s published before: %s', async (committed, begin, isHandled) => {
    // Of the key, by murmur2, as the publisher lays it.
    const partition = 1;
    const lags = [0, 1, 2, 3, 4, 5].map((one) => ({
      topic: 'magento.orders',
      partition: one,
      end: 99,
      committed: one === partition ? committed : 99,
    }));
    const progress = orderProgress(
      {
        begins: () => Promise.resolve(new Map(lags.map((lag) => [lag.partition, begin]))),
        lag: () => Promise.resolve(lags),
      },
      'cartage.us.order-exporter',
    );
    expect(await progress.isHandled(parentKey, 100_000)).toBe(isHandled);
  });

  it('that the broker does not tell of is not known to be handled', async () => {
    const away = () => Promise.reject(new Error('away'));
    const progress = orderProgress({ begins: away, lag: away }, 'cartage.us.order-exporter');
    expect(await progress.isHandled(parentKey, 100_000)).toBe(false);
  });
});

describe("an order of which the shop is told the ERP's number", () => {
  /** The broker may be away at first. */
  function told({ fails = 0, ...more }: Partial<OrderFlowOptions> & { fails?: number } = {}) {
    const numbers: string[] = [];
    let failures = fails;
    const tellShop = (order: Order, number: string) => {
      failures -= 1;
      if (failures >= 0) return Promise.reject(new LeaseLost('magento.orders[0]'));
      numbers.push(`${order.incrementId} is ${number}`);
      return Promise.resolve();
    };
    return { ...setUp({ tellShop, ...more }), numbers };
  }

  it('is told of when it was created, and found', async () => {
    const { handle, numbers } = told();
    await handle({});
    await handle({ state: 'complete' });
    expect(numbers).toEqual(['000000001 is SO/7', '000000001 is SO/7']);
  });

  it('is told of also when the process died between the two', async () => {
    const { erp, handle, numbers } = told({ fails: 1, hasChange: false });
    await expect(handle({})).rejects.toThrow(LeaseLost);
    expect([...erp.states.keys()]).toEqual(['us/default/000000001']);
    expect(await handle({})).toMatchObject({ status: 'unchanged' });
    expect(numbers).toEqual(['000000001 is SO/7']);
  });

  it('is not told of when it is not due, nor in dry', async () => {
    const due = told();
    await due.handle({ state: 'new' });
    const dry = told({ mode: 'dry' });
    await dry.handle({});
    dry.erp.states.set('us/default/000000001', 'processing');
    await dry.handle({});
    expect([...due.numbers, ...dry.numbers]).toEqual([]);
  });
});

describe('an order that the ERP has half made', () => {
  const half = (more: Partial<OrderFlowOptions> = {}) => {
    const made = setUp(more);
    made.erp.lookup = () => Promise.resolve({ id: '7', reference: 'SO/7', isDone: false });
    return made;
  };

  it('is gone on with', async () => {
    const { erp, handle } = half();
    expect(await handle({})).toMatchObject({ status: 'applied', targetId: 'SO/7' });
    expect(erp.calls).toEqual(['create']);
  });

  it.each(['canceled', 'holded'])('and is %s meanwhile is told so, not completed', async (state) => {
    const { erp, handle } = half();
    expect(await handle({ state })).toMatchObject({ status: 'applied', targetId: 'SO/7' });
    expect(erp.calls).toEqual(['change']);
  });
});

it('dry: says which calls would write, where the ERP can tell', async () => {
  const { erp, handle } = setUp({ mode: 'dry' });
  const plan: ErpOrders['plan'] = async (_input, tell) => {
    await turn();
    tell({ name: 'orders.lookup.0', is: 'asks', text: 'GET /orders' });
    tell({ name: 'orders.create', is: 'writes', text: 'POST /orders for Jane' });
  };
  Object.assign(erp, { plan });
  const { cause } = await handle({});
  expect(cause).toMatch(/^would create the order .*, by orders\.create$/);
  expect(erp.states.size).toBe(0);
});

it('dry: says what it would do and writes nothing', async () => {
  const { erp, handle } = setUp({ mode: 'dry' });
  expect(await handle({})).toEqual({
    status: 'dry',
    cause:
      'would create the order in state processing, as {"store":{},"payment":{"term":"NET0"},"shipping":{"carrier":"UPS"},"taxes":{},"status":{}}',
  });
  erp.states.set('us/default/000000001', 'processing');
  expect(await handle({ state: 'canceled' })).toMatchObject({ status: 'dry', targetId: 'SO/7' });
  expect(erp.calls).toEqual(['lookup', 'lookup']);
});

function problem(code: string): Partial<Order> {
  return { problems: [{ code, detail: `about ${code}` }] };
}
