/**
 * Killed between any two calls of a document: the same documents as without (promises 1 and 2).
 *
 * Real: all handlings of the shipment applier, the client down to the socket. Double: the sandbox shop. A seed makes an order
 * and the ERP's documents of it, kills the applier at calls by chance, before or after they have taken effect, and lets the next
 * one begin where the offset may stand by then. In the end all is replayed twice and compared with an order of the same
 * lines whose documents met nothing. CARTAGE_SEEDS: how many; CARTAGE_SEED: the one to look at.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Fulfilment } from '../../schemas/types.ts';
import type { Magento } from '../../services/magento/magento.ts';
import { systemClock } from '../../services/platform/clock.ts';
import { fulfilmentsSection } from '../../services/platform/config/sections/fulfilments.ts';
import { Rejected } from '../../services/platform/errors.ts';
import { Random } from '../../services/platform/flow/testing/random.ts';
import { applyFulfilment } from '../../services/shipment-applier/fulfilment.ts';
import type { LookUp } from '../../services/shipment-applier/fulfilment.ts';
import { LookedUp } from '../../services/shipment-applier/looked-up.ts';
import { Room } from '../../services/shipment-applier/room.ts';
import { seedRecordedShop } from '../fidelity/seed.ts';
import { clientOf } from '../magento/shop.ts';
import { startShop } from '../sandbox/shop/index.ts';
import type { RunningShop } from '../sandbox/shop/index.ts';
import { documentsOf, placeMixed } from './mixed-orders.ts';
import { standingOf } from './standing.ts';

let shop: RunningShop;
let magento: Magento;

beforeAll(async () => {
  shop = await startShop({ seed: seedRecordedShop });
  magento = clientOf(shop);
});
afterAll(async () => {
  await magento.close();
  await shop.close();
});

class Killed extends Error {}

/** A process that dies at one of its calls, if at all. */
class Life {
  #left: number;
  readonly #isAfter: boolean;

  constructor(callsUntilDeath: number, isAfter: boolean) {
    this.#left = callsUntilDeath;
    this.#isAfter = isAfter;
  }

  async call<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#left -= 1;
    if (this.#left > 0) return work();
    if (this.#left === 0 && this.#isAfter) await work();
    throw new Killed();
  }

  /** The same object, each call of which may be the last. */
  of<Api extends object>(api: Api): Api {
    return new Proxy(api, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function'
          ? (...given: unknown[]) => this.call(() => Promise.resolve(Reflect.apply(member, target, given)))
          : member;
      },
    });
  }
}

const settings = {
  fulfilments: fulfilmentsSection.parse({
    since: '2026-01-01T00:00:00Z',
    carriers: { UPS: { code: 'ups', title: 'UPS' } },
  }),
  stock: { sources: { W1: 'default' } },
};

function processOf(life: Life) {
  const api = (name: 'orders' | 'orderComments' | 'shipments' | 'invoices' | 'creditMemos' | 'products') =>
    life.of(magento[name]);
  const options = {
    magento: {
      orders: api('orders'),
      orderComments: api('orderComments'),
      shipments: api('shipments'),
      invoices: api('invoices'),
      creditMemos: api('creditMemos'),
      products: api('products'),
      sourceItems: life.of(magento.sourceItems),
    } as unknown as Magento,
    clock: systemClock,
    lookedUp: new LookedUp<LookUp>(systemClock),
    instance: 'main',
    ...settings,
    settleMs: 0,
    storeIds: { of: () => Promise.resolve(1) },
    requestRefresh: () => life.call(() => Promise.resolve()),
    stockWait: null,
    room: new Room(),
  };
  return (document: Fulfilment) =>
    applyFulfilment(
      { document, publishedAt: 0 },
      { number: 1, mode: 'on', assertCurrent: () => undefined },
      options,
    );
}

/** Handles what comes from an offset on. @returns where it died; the number of documents when it did not. */
async function run(documents: readonly Fulfilment[], from: number, life: Life): Promise<number> {
  const handle = processOf(life);
  for (let at = from; at < documents.length; at += 1)
    try {
      await handle(documents[at]!);
    } catch (error) {
      if (error instanceof Killed) return at;
      // Parked: the next goes on.
      if (!(error instanceof Rejected)) throw error;
    }
  return documents.length;
}

const immortal = () => new Life(Infinity, false);

async function play(seed: number) {
  const [kept, killed] = [placeMixed(shop.shop, new Random(seed)), placeMixed(shop.shop, new Random(seed))];
  const [clean, documents] = [kept, killed].map((order) => documentsOf(order, new Random(seed)));
  await run(clean!, 0, immortal());
  const random = new Random(seed * 7_919);
  let deaths = 0;
  for (let at = 0; at < documents!.length;) {
    const died = await run(documents!, at, new Life(random.between(1, 24), random.chance(0.5)));
    if (died === documents!.length) break;
    deaths += 1;
    // The offset may be behind what was finished.
    at = Math.max(0, died - random.between(0, 3));
  }
  for (let replays = 0; replays < 2; replays += 1) {
    await run(documents!, 0, immortal());
  }
  return {
    deaths,
    documents: documents!,
    clean: standingOf(shop.shop, kept),
    standing: standingOf(shop.shop, killed),
  };
}

const one = process.env.CARTAGE_SEED;
const first = Number(one ?? 1);
const last = Number(one ?? process.env.CARTAGE_SEEDS ?? 6);

const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index);

it.each(seeds)(
  'the same documents stand in the shop, wherever the applier was killed: seed %i',
  async (seed) => {
    const { deaths, documents, clean, standing } = await play(seed);
    expect(standing).toEqual(clean);
    // And what stands there is what the ERP said, each once.
    const wanted = documents.filter(({ kind }) => ['shipment', 'invoice', 'creditmemo'].includes(kind));
    const ids = new Set(wanted.map(({ documentId }) => documentId));
    expect(standing.documents.map(({ marker }) => marker ?? '').toSorted()).toEqual(
      [...ids].map((id) => `ERP document ${id} [cartage:main]`).toSorted(),
    );
    expect(deaths).toBeGreaterThan(0);
  },
);
