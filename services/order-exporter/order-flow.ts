import { orderKey } from '../../schemas/keys.ts';
import { orders as ordersContract } from '../../schemas/topics.ts';
import type { Order } from '../../schemas/types.ts';
import type { ErpOrders, FoundOrder, OrderInput } from '../erp/orders/erp-orders.ts';
import type { Config } from '../platform/config/schema.ts';
import type { DocumentFlow } from '../platform/flow/documents/document-flow.ts';
import type { Attempt, Handled } from '../platform/flow/outcome/outcome.ts';
import { tieToOrder } from '../platform/telemetry/order-trace.ts';
import { codesOf } from '../wanted/orders/codes.ts';
import { buyerOf } from '../erp/orders/buyer.ts';
import { whyNotDue } from '../wanted/orders/due.ts';
import { PlannedCalls } from './planned-calls.ts';
import { assertReplacedEnded, endedOf } from './replaced-order.ts';
import type { ReplacedOptions } from './replaced-order.ts';
import { refuseInexact } from '../wanted/orders/problems.ts';
import { Defect } from '../platform/errors.ts';
import type { Mode } from '../platform/groups.ts';
import type { TellShop } from './tell-shop.ts';

export interface OrderFlowOptions extends ReplacedOptions {
  erp: ErpOrders;
  orders: Pick<Config['orders'], 'since' | 'payments' | 'shipping' | 'stores' | 'taxes' | 'statuses'>;
  /** The configuration says what to do when an order changes after its export. */
  hasChange: boolean;
  /** To the ERP. So many orders are written at once, each through one of them. */
  connections: number;
  /** How long the ERP may go on with a request after we gave up. */
  settleMs: number;
  guests: Config['customers']['guests'];
  /** Left out, the shop is told nothing. */
  tellShop?: TellShop;
  instance: string;
  mode: Mode;
}

/**
 * Brings each order into the ERP: strictly in the order of its records, none left out, because a record may be the
 * only one that says "canceled". The order is looked up before it is created, every time (promise 2).
 */
export function orderFlow(options: OrderFlowOptions): DocumentFlow<Order> {
  return {
    name: 'orders',
    contract: ordersContract,
    mode: options.mode,
    concurrency: () => options.connections,
    settleMs: options.settleMs,
    handle: ({ key, value: order, publishedAt }, attempt) => {
      tieToOrder(key, 'order to the ERP');
      return exportOrder(order, options, { ...attempt, publishedAt });
    },
    awaited: { replaced: (keys) => endedOf(keys, options.erp) },
    // A key that no order can have: the database answers, and nothing is found.
    probe: async () => void (await options.erp.lookup('-/-/-')),
  };
}

async function exportOrder(
  order: Order,
  options: OrderFlowOptions,
  attempt: Attempt & { publishedAt: number },
): Promise<Handled> {
  const { erp, orders } = options;
  if (order.instance !== options.instance)
    return { status: 'unchanged', cause: `an order of instance ${order.instance}` };
  if (order.createdAt < orders.since) return { status: 'unchanged', cause: 'placed before orders.since' };
  const key = orderKey(order);
  const found = isFirst(order, options, attempt) ? null : await erp.lookup(key);
  if (found !== null && found.isDone !== false) {
    if (attempt.mode === 'on') await options.tellShop?.(order, nameOf(found));
    return changeOrder(found, order, options, attempt);
  }
  const notDue = whyNotDue(order, orders.payments);
  // What was half made is in the ERP all the same: it is told that it is canceled, or on hold.
  if (notDue !== null && found !== null) return changeOrder(found, order, options, attempt);
  if (notDue !== null) return { status: 'unchanged', cause: notDue };
  refuseInexact(order);
  const input = inputOf(order, options);
  if (attempt.mode === 'dry') return wouldCreate(input, erp);
  if (options.hasChange && found === null) await assertReplacedEnded(order, options, attempt);
  attempt.assertCurrent();
  const { created, ...made } = await erp.create(input);
  await options.tellShop?.(order, nameOf(made));
  const isWhole = created && !hasLost(order);
  if (isWhole || (created && !options.hasChange))
    return { status: 'applied', targetId: nameOf(made), cause: 'created' };
  const changed = await changeOrder(made, order, options, attempt);
  return created ? { status: 'applied', targetId: nameOf(made), cause: 'created, and changed' } : changed;
}

/**
 * A part was paid back or canceled before the order came into the ERP, where it is made as it was placed: there may be no
 * later record to tell it.
 */
function hasLost({ totals, lines }: Order): boolean {
  return (
    (totals.refundedMinor ?? 0) > 0 || lines.some(({ quantityCanceled }) => Number(quantityCanceled) > 0)
  );
}

/**
 * Most orders are due within a minute, and new to the ERP: what creates them looks itself, and a look before that costs as
 * much as all the rest. Only what would be created may be taken so: of anything else the ERP is asked whether it has it.
 */
function isFirst(order: Order, { orders }: OrderFlowOptions, { mode }: Attempt): boolean {
  return (
    mode === 'on' &&
    order.updatedAt - order.createdAt < firstRecordsMs &&
    order.problems.length === 0 &&
    whyNotDue(order, orders.payments) === null
  );
}

const firstRecordsMs = 60_000;

async function wouldCreate(input: Input, erp: ErpOrders): Promise<Handled> {
  const calls = new PlannedCalls();
  await erp.plan?.(input, calls.tell);
  const cause = `would create the order in state ${input.order.state}, as ${JSON.stringify(input.codes)}${calls.words}`;
  return { status: 'dry', cause };
}

/**
 * The ERP has the order: what came after its export is told. The statements say what a change means, and repeat
 * without effect; they run at every later record, because the way back (a hold released) shows in no state.
 */
async function changeOrder(
  found: FoundOrder,
  order: Order,
  options: OrderFlowOptions,
  attempt: Attempt,
): Promise<Handled> {
  const targetId = nameOf(found);
  if (!options.hasChange)
    return { status: 'unchanged', targetId, cause: 'the ERP has it, and is told of no changes' };
  const input = inputOf(order, options);
  if (attempt.mode === 'dry')
    return { status: 'dry', targetId, cause: `would tell the ERP of state ${order.state}` };
  attempt.assertCurrent();
  const changed = await options.erp.change(input);
  // It was there a moment ago: the next try looks anew.
  if (changed === null) throw new Defect('the order went from the ERP between the look-up and the change');
  return changed.changed
    ? { status: 'applied', targetId, cause: `the ERP was changed to state ${order.state}` }
    : { status: 'unchanged', targetId, cause: `the ERP has it; state ${order.state} changes nothing there` };
}

type Input = OrderInput & { order: Order };

function inputOf(order: Order, { orders, guests }: OrderFlowOptions): Input {
  return {
    key: orderKey(order),
    order,
    codes: codesOf(order, orders),
    buyer: buyerOf(order, guests),
  };
}

function nameOf({ id, reference }: FoundOrder): string {
  return reference ?? id;
}
