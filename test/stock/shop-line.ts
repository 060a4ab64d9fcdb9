import type { NewShipment } from '../../services/magento/shipments.ts';
import type { SourceItem } from '../../services/magento/source-items.ts';
import type { Clock } from '../../services/platform/clock.ts';
import { Unavailable } from '../../services/platform/errors.ts';
import { assertCurrent } from '../../services/platform/fence.ts';
import type { Random } from '../../services/platform/flow/testing/random.ts';
import type { VirtualClock } from '../../services/platform/flow/testing/virtual-clock.ts';
import { magentoOrderOf } from './model-shop.ts';
import type { ModelShop } from './model-shop.ts';

export interface ShopLineOptions {
  shop: ModelShop;
  clock: VirtualClock;
  random: Random;
  /** What is not answered is carried out within this time, or never. */
  settleMs: number;
}

const deadlineMs = 1_000;

/** The way to the shop: requests are refused, or carried out when whoever sent them has given up, or is gone. */
export class ShopLine {
  /** Shares of the requests. */
  trouble = { refused: 0, unanswered: 0 };
  readonly #options: ShopLineOptions;

  constructor(options: ShopLineOptions) {
    this.#options = options;
  }

  /** The shop as one process sees it. `begun`: as a request with rows leaves, what is to be done when they are written. */
  seenBy(caller: Clock, begun: () => (rows: readonly SourceItem[]) => void = () => () => undefined) {
    const { shop } = this.#options;
    const order = (id: number) => shop.orders.get(id)!;
    const ask = <Answer>(read: () => Answer) => this.#call(caller, read);
    return {
      callsAtOnce: () => 2,
      store: { views: () => ask(() => []) },
      products: {
        existing: (skus: readonly string[]) => ask(() => new Map(skus.map((sku) => [sku, {}]))),
        skusOf: () => ask(() => new Map<number, string>()),
      },
      orders: {
        inBrief: (_store: number, [id]: readonly string[]) =>
          ask(() => ({ items: [magentoOrderOf(order(Number(id)))], unreadable: [] })),
      },
      sourceItems: {
        read: ({ skus, sourceCode }: { skus: readonly string[]; sourceCode?: string }) =>
          ask(() => shop.read(skus, sourceCode)),
        write: (rows: readonly SourceItem[]) => {
          const written = begun();
          return this.#call(caller, () => {
            shop.write(rows);
            written(rows);
          });
        },
      },
      shipments: {
        ofOrder: (id: number) => ask(() => shop.shipmentsOf(order(id))),
        get: (id: number) =>
          ask(() => {
            const all = [...shop.orders.values()].flatMap((one) => shop.shipmentsOf(one));
            return all.find(({ entity_id }) => entity_id === id) ?? null;
          }),
        create: (id: number, shipment: NewShipment) =>
          this.#call(caller, () => shop.ship(order(id), shipment), true),
      },
    };
  }

  async #call<Answer>(caller: Clock, effect: () => Answer, perhapsRecord = false): Promise<Answer> {
    const { clock, random, settleMs } = this.#options;
    assertCurrent('the shop');
    if (random.chance(this.trouble.refused)) {
      await caller.wait(random.between(1, 50));
      throw new Unavailable({ code: 'shop.down', what: 'Down', fix: 'Wait' }, { perhapsRecord });
    }
    const isAnswered = !random.chance(this.trouble.unanswered);
    const takesMs = random.between(5, isAnswered ? 150 : settleMs);
    let answer: (() => Answer) | null = null;
    if (isAnswered || random.chance(0.7)) clock.after(takesMs, () => (answer = outcomeOf(effect)));
    await caller.wait(isAnswered ? takesMs + 1 : deadlineMs);
    if (isAnswered && answer !== null) return (answer as () => Answer)();
    const unknown = { outcome: 'unknown' as const, perhapsRecord };
    throw new Unavailable({ code: 'shop.deadline', what: 'No answer', fix: 'Wait' }, unknown);
  }
}

/** Returns what it returned, or throws what it threw, whenever it is asked. */
function outcomeOf<Answer>(effect: () => Answer): () => Answer {
  try {
    const answer = effect();
    return () => answer;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
