import { orders, outcomes, parked, refresh, stock } from '../../../schemas/topics.ts';
import type { Order, Refresh } from '../../../schemas/types.ts';
import type { MagentoOrder } from '../../magento/order-shape.ts';
import type { Orders } from '../../magento/orders.ts';
import type { Rows } from '../../magento/rest/list.ts';
import { magentoTime } from '../../magento/rest/time.ts';
import { timedOut } from '../../magento/testing/list-shop.ts';
import type { FlowContext } from '../../platform/flow/context.ts';
import { refreshRequester } from '../../platform/flow/request-refresh.ts';
import { runStates } from '../../platform/flow/states/run-states.ts';
import type { SleepingClock } from '../../platform/flow/testing/sleeping-clock.ts';
import { World } from '../../platform/flow/testing/world.ts';
import { orderRequests } from '../orders/order-requests.ts';
import { StockMoves } from '../orders/stock-moves.ts';
import { recordedOrder } from '../orders/testing/recorded-orders.ts';
import { PublishedStates } from '../requests/published.ts';
import { refreshRequestFlow } from '../requests/request-flow.ts';
import { requestOf } from '../requests/request.ts';

/** The virtual clock begins in 1970, the shop in 2026. */
export const skewMs = Date.UTC(2026, 10, 23, 9) - 1_000_000;

/** A shop that takes its time for each order it shows, and fails over some. */
export class SlowShop {
  readonly orders = new Map<string, MagentoOrder>();
  /** Numbers of orders, by call. */
  readonly reads: string[][] = [];
  msPerOrder = 10;
  deadlineMs = 5_000;
  isDown = false;
  /** Magento fails over a page that holds one of these. */
  readonly poison = new Set<string>();
  readonly unreadable = new Set<string>();

  put(incrementId: string, change: Partial<MagentoOrder> = {}): MagentoOrder {
    const order = { ...recordedOrder('simple'), increment_id: incrementId, entity_id: Number(incrementId) };
    this.orders.set(incrementId, { ...order, ...change });
    return this.orders.get(incrementId)!;
  }

  client(clock: SleepingClock): Pick<Orders, 'byId' | 'byIncrementIds'> {
    const read = async (numbers: readonly string[]): Promise<Rows<MagentoOrder>> => {
      this.reads.push([...numbers]);
      const tookMs = numbers.some((one) => this.poison.has(one))
        ? Infinity
        : numbers.length * this.msPerOrder;
      // What is shown is what was there when the call began.
      const rows = numbers.flatMap((one) => this.orders.get(one) ?? []);
      await clock.wait(Math.min(tookMs, this.deadlineMs));
      if (this.isDown || tookMs > this.deadlineMs) throw timedOut();
      const isOdd = ({ increment_id }: MagentoOrder) => this.unreadable.has(increment_id);
      return {
        items: rows.filter((row) => !isOdd(row)),
        unreadable: rows
          .filter(isOdd)
          .map(({ increment_id }) => ({ id: increment_id, why: 'at items.0.sku' })),
      };
    };
    return {
      byIncrementIds: (_storeId, numbers) => read(numbers),
      byId: async (entityId) => {
        const found = [...this.orders.values()].find((order) => order.entity_id === entityId);
        return found ? (await read([found.increment_id])).items[0]! : null;
      },
    };
  }
}

function stockMoves({ bus, clock }: FlowContext): StockMoves {
  return new StockMoves({
    products: { skusOf: async (ids) => new Map(ids.map((id) => [id, `PRODUCT-${id}`])) },
    warehouses: () => ['W1', 'W2'],
    requestRefresh: refreshRequester(bus, 'order-relay', clock),
  });
}

/** Real: the flow of requests, what is known of published orders. Doubles: broker, clock, shop. */
export async function relayWorld(shop: SlowShop, { since = 0, seed = 1, latePublishes = 0 } = {}) {
  const wentBack: string[] = [];
  const world = new World<Refresh>({
    seed,
    contract: refresh,
    partitions: 1,
    policy: { retryMaxMs: 4_000 },
    start: async (context, member) => {
      const { clock } = Object.assign(member, { latePublishes });
      const published = new PublishedStates<Order>({
        contract: orders,
        instance: 'us',
        marginMs: 2_000,
        clock,
        onWentBack: (key) => wentBack.push(key),
      });
      await published.follow(context.bus, 0, () => skewMs);
      const requests = orderRequests({
        bus: context.bus,
        magento: { orders: shop.client(clock) } as never,
        stores: { idOf: async () => 1, codeOf: async (id) => (id === 1 ? 'default' : null) },
        websites: { codeOf: async () => 'base' },
        published,
        stockMoves: stockMoves(context),
        optionLabels: { addTo: async (order) => order },
        clock,
        instance: 'us',
        since,
        skewMs: () => skewMs,
      });
      const probe = async () => {
        if (shop.isDown) throw timedOut();
      };
      return runStates(
        context,
        refreshRequestFlow({ name: 'orders', requests, mode: 'on', callsAtOnce: () => 4, probe }),
      );
    },
  });
  const { broker, clock } = world;
  const key = (incrementId: string) => `us/default/${incrementId}`;
  return {
    world,
    clock,
    wentBack,
    shopNow: () => magentoTime(clock.now() + skewMs),
    begin: async () => {
      await world.begin();
      world.assignAll();
    },
    ask: (incrementId: string, more: Partial<Refresh> = {}) => {
      const asked = { topic: orders.topic, key: key(incrementId), entityId: null };
      const value = requestOf({ asked, reason: 'webhook', seen: null, requestedAt: clock.now() });
      broker.append(refresh, key(incrementId), { ...value, ...more });
    },
    /** Keys of stock that were asked for, sorted. */
    stockAsked: () =>
      broker
        .log(refresh.topic)
        .flatMap((record) => ('undecodable' in record ? [] : (record.value as unknown as Refresh)))
        .filter(({ topic }) => topic === stock.topic)
        .map(({ key: asked }) => asked)
        .toSorted(),
    published: (incrementId?: string) =>
      broker.values(orders).filter((order) => incrementId === undefined || order.incrementId === incrementId),
    parked: () => broker.values(parked),
    outcomes: (incrementId: string) =>
      broker.values(outcomes).filter((outcome) => outcome.key === key(incrementId)),
  };
}
