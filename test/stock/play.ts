import { stockKey } from '../../schemas/keys.ts';
import { StockMoves } from '../../services/order-relay/orders/stock-moves.ts';
import { stockSection } from '../../services/platform/config/sections/stock.ts';
import { refreshRequester } from '../../services/platform/flow/request-refresh.ts';
import { SimulatedBroker } from '../../services/platform/flow/testing/broker.ts';
import { Member } from '../../services/platform/flow/testing/member.ts';
import { Random } from '../../services/platform/flow/testing/random.ts';
import { VirtualClock } from '../../services/platform/flow/testing/virtual-clock.ts';
import { ModelErp } from './model-erp.ts';
import { ModelShop, magentoOrderOf } from './model-shop.ts';
import { inventoryApplier, shipmentApplier } from './processes.ts';
import { StockPromise } from './promise.ts';
import type { Seat } from './seat.ts';
import { ShopLine } from './shop-line.ts';

const warehouses = { W1: 'main', W2: 'east' };
const sources = Object.keys(warehouses);
const skus = ['A', 'B'];
const settleMs = 3_000;

/** What can happen, and how often beside the others. */
const acts = {
  place: 30,
  issue: 28,
  cancel: 5,
  refund: 8,
  shipByHand: 2,
  bar: 2,
  hold: 10,
  receive: 7,
  upsetStock: 4,
  upsetShipments: 4,
} as const;
type Act = keyof typeof acts;

export interface Played {
  faults: readonly string[];
  /** How often what happened. */
  counts: Record<Act | 'shipped' | 'refused', number>;
}

/** Shop, ERP and what Cartage has between them: half a minute of everything, then quiet. All chance from one seed. */
export async function play(seed: number): Promise<Played> {
  const world = worldOf(seed);
  const { clock, random, line, promise, seats, counts } = world;
  for (const seat of seats) void seat.fill();
  await clock.pass(3_000);
  line.trouble = { refused: 0.06, unanswered: 0.08 };
  for (let step = 0; step < 50; step += 1) {
    const act = pick(random);
    if (world.play(act)) counts[act] += 1;
    promise.check(act);
    await clock.pass(random.between(10, 900));
  }
  line.trouble = { refused: 0, unanswered: 0 };
  await world.quiet();
  promise.checkQuiet();
  return { faults: promise.faults, counts: { ...counts, ...promise.documents() } };
}

function pick(random: Random): Act {
  let left: number = random.between(
    0,
    Object.values(acts).reduce((all: number, one) => all + one, 0),
  );
  for (const [act, share] of Object.entries(acts)) if ((left -= share) < 0) return act as Act;
  throw new RangeError('no act is left');
}

function worldOf(seed: number) {
  const random = new Random(seed);
  const clock = new VirtualClock();
  const broker = new SimulatedBroker(clock);
  const shop = new ModelShop(Object.values(warehouses));
  const erp = new ModelErp({ broker, random, sources, skus });
  const buffer = random.between(0, 3);
  const backorders = random.chance(0.4);
  const rules = stockSection.parse({
    sources: warehouses,
    skus: { A: { safetyBuffer: buffer, backorders } },
    batch: { lingerMs: 100 },
  });
  const shownOf = (sku: string, has: number) => {
    const quantity = Math.max(0, has - (sku === 'A' ? buffer : 0));
    return { quantity, status: Number(quantity > 0 || (sku === 'A' && backorders)) };
  };
  const promise = new StockPromise({ erp, shop, broker, sources: warehouses, shownOf });
  const line = new ShopLine({ shop, clock, random, settleMs });
  const written = (positions: ReadonlyMap<string, number>) => promise.written(positions);
  const raised = (rows: readonly { sourceCode: string; sku: string }[]) => promise.raised(rows);
  const options = { broker, random, line, rules, settleMs, written, raised };
  const seats = [inventoryApplier(options), shipmentApplier(options)] as const;
  relayOf(shop, broker, random);
  const counts = Object.fromEntries(Object.keys(acts).map((act) => [act, 0])) as Record<Act, number>;
  const parts = {
    random,
    clock,
    shop,
    erp,
    seats,
    isBackordered: (sku: string) => sku === 'A' && backorders,
  };
  const quiet = () => quietOf(broker, erp, seats);
  return { clock, random, line, promise, seats, counts, quiet, play: (act: Act) => playsOf(parts)[act]() };
}

/** As the relay does with what its sweep finds a moment later. */
function relayOf(shop: ModelShop, broker: SimulatedBroker, random: Random): void {
  const { bus, clock } = new Member('relay', broker, random);
  const requestRefresh = refreshRequester(bus, 'order-relay', clock);
  const products = { skusOf: () => Promise.resolve(new Map<number, string>()) };
  const moves = new StockMoves({ products, warehouses: () => sources, requestRefresh });
  shop.onMoved = (order) => {
    const swept = () => moves.follow(String(order.id), magentoOrderOf(order) as never, { reason: 'sweep' });
    broker.clock.after(random.between(50, 2_500), () => void swept());
  };
}

/** Each does what it is named after, where it can; false where it cannot. */
function playsOf({
  random,
  clock,
  shop,
  erp,
  seats,
  isBackordered,
}: {
  random: Random;
  clock: VirtualClock;
  shop: ModelShop;
  erp: ModelErp;
  seats: readonly [Seat, Seat];
  isBackordered: (sku: string) => boolean;
}): Record<Act, () => boolean> {
  const orders = () => [...shop.orders.values()];
  const any = <Item>(items: readonly Item[], act: (item: Item) => void): boolean => {
    if (items.length > 0) act(random.pick(items));
    return items.length > 0;
  };
  /** The ERP hears of it a moment later. */
  const later = (hear: () => void) => void clock.after(random.between(50, 1_500), hear);
  const key = () => stockKey({ source: random.pick(sources), sku: random.pick(skus) });
  const upset = (seat: Seat) => {
    seat.upset();
    return true;
  };
  return {
    place: () => {
      const [sku, quantity] = [random.pick(skus), random.between(1, 5)];
      if (shop.salable(sku) < quantity && !isBackordered(sku)) return false;
      const order = shop.place(sku, quantity);
      later(() => erp.heard(order));
      return true;
    },
    issue: () => any(erp.openOrders(), (id) => erp.issue(id, random.pick(sources))),
    // What is invoiced is refunded, what is not is canceled.
    cancel: () =>
      any(
        orders().filter((order) => !order.isInvoiced && shop.left(order) > 0),
        (order) => {
          shop.cancel(order);
          later(() => erp.heard(order));
        },
      ),
    refund: () =>
      any(
        orders().filter(({ isInvoiced, ordered, refunded }) => isInvoiced && refunded < ordered),
        (order) => {
          shop.refund(order, random.between(1, order.ordered - order.refunded + 1), random.chance(0.5));
          later(() => erp.heard(order));
        },
      ),
    shipByHand: () =>
      any(
        orders().filter((order) => shop.left(order) > 0 && !order.isBarred),
        (order) => shop.shipByHand(order),
      ),
    // Of more than three documents in a row it may be the shop's fault, and none is given up.
    bar: () =>
      any(
        orders().some(({ isBarred }) => isBarred) ? [] : orders().filter(({ ordered }) => ordered <= 3),
        (order) => void (order.isBarred = true),
      ),
    hold: () => {
      erp.hold(key(), random.between(-2, 4));
      return true;
    },
    receive: () => {
      erp.receive(key(), random.between(1, 6));
      return true;
    },
    upsetStock: () => upset(seats[0]),
    upsetShipments: () => upset(seats[1]),
  };
}

/** Until nothing is left to read, and nothing has come for longer than anything takes. */
async function quietOf(broker: SimulatedBroker, erp: ModelErp, seats: readonly Seat[]): Promise<void> {
  let before = '';
  for (let passedMs = 0; passedMs < 300_000; passedMs += 2 * settleMs) {
    await broker.clock.pass(2 * settleMs);
    const ends = ['erp.stock', 'erp.fulfilments'].map((topic, partition) => broker.end(topic, partition));
    const isRead = ends.every((end, partition) => end === 0 || broker.committed(partition).offset === end);
    const now = ends.join();
    if (isRead && now === before && erp.isIdle() && seats.every((seat) => seat.isFilled())) return;
    before = now;
  }
}
