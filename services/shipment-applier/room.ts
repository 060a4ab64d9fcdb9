import { foldSku } from '../magento/sku.ts';
import type { SourceItem } from '../magento/source-items.ts';
import { minus, sum, zero } from '../platform/decimal.ts';
import type { Decimal } from '../platform/decimal.ts';
import { Turns } from '../platform/turns.ts';
import { lackingAt } from './source-top-up.ts';
import type { Held } from './source-top-up.ts';

/** A shipment that is to be made. */
export interface Leaving<Result> {
  sourceCode: string;
  /** How many of each SKU. */
  goods: ReadonlyMap<string, Decimal>;
  held(this: void): Promise<Held>;
  raise(this: void, rows: readonly SourceItem[]): Promise<void>;
  send(this: void): Promise<Result>;
}

/** One SKU at one source, while something of it leaves. */
interface Shelf {
  name: string;
  turns: Turns;
  users: number;
  /** Units of shipments that go together: of all that were begun, and of all that have ended. */
  begun: Decimal;
  ended: Decimal;
}

/**
 * Lets shipments take the same goods from a source side by side while there is enough for all of them, and one by one
 * where room must be made: what was made for one is not taken by another. A turn is held while the shop ships, and many
 * parcels of few SKUs would wait for each other in vain.
 */
export class Room {
  readonly #shelves = new Map<string, Shelf>();

  async ship<Result>(leaving: Leaving<Result>): Promise<Result> {
    const { sourceCode, goods, held, raise, send } = leaving;
    const shelves = new Map(
      [...goods.keys()].map((sku) => [sku, this.#shelf(`${sourceCode}/${foldSku(sku)}`)]),
    );
    try {
      const sent = await inTurn(shelves, 'together', () => sendIfEnough(leaving, shelves));
      if (sent !== null) return sent.result;
      return await inTurn(shelves, 'alone', async () => {
        const lacking = lackingAt(sourceCode, await held(), goods);
        if (lacking.length > 0) await raise(lacking);
        return send();
      });
    } finally {
      for (const shelf of shelves.values()) if ((shelf.users -= 1) === 0) this.#shelves.delete(shelf.name);
    }
  }

  #shelf(name: string): Shelf {
    const shelf = this.#shelves.get(name) ?? {
      name,
      turns: new Turns(),
      users: 0,
      begun: zero,
      ended: zero,
    };
    shelf.users += 1;
    this.#shelves.set(name, shelf);
    return shelf;
  }
}

/** @returns null where the source holds too little for all that leaves it now: nothing was sent. */
async function sendIfEnough<Result>(
  { sourceCode, goods, held, send }: Leaving<Result>,
  shelves: ReadonlyMap<string, Shelf>,
): Promise<{ result: Result } | null> {
  // What ends while the source is read may have been taken from the number that is read, or not yet.
  const ended = new Map([...shelves].map(([sku, shelf]) => [sku, shelf.ended]));
  for (const [sku, shelf] of shelves) shelf.begun = sum([shelf.begun, goods.get(sku)!]);
  try {
    const stored = await held();
    const needed = new Map([...shelves].map(([sku, { begun }]) => [sku, minus(begun, ended.get(sku)!)]));
    if (lackingAt(sourceCode, stored, needed).length > 0) return null;
    return { result: await send() };
  } finally {
    for (const [sku, shelf] of shelves) shelf.ended = sum([shelf.ended, goods.get(sku)!]);
  }
}

/** Always in the same order, so that two shipments never wait for each other. */
function inTurn<Result>(
  shelves: ReadonlyMap<string, Shelf>,
  how: 'together' | 'alone',
  work: () => Promise<Result>,
): Promise<Result> {
  const inOrder = [...new Set(shelves.values())].toSorted((one, other) => (one.name < other.name ? 1 : -1));
  return inOrder.reduce(
    (inner, { turns }) =>
      () =>
        turns[how](inner),
    work,
  )();
}
