import { foldSku } from '../magento/sku.ts';
import type { SourceItem } from '../magento/source-items.ts';
import { minus, sum, zero } from '../platform/decimal.ts';
import type { Decimal } from '../platform/decimal.ts';
import { Unavailable } from '../platform/errors.ts';
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

/** How often a shipment makes room anew for itself before its failure is one of the flow. */
const overtakenMax = 3;

/**
 * Lets shipments take the same goods from a source side by side while there is enough for all of them, and one by one
 * where room must be made: what was made for one is not taken by another. A turn is held while the shop ships, and many
 * parcels of few SKUs would wait for each other in vain.
 *
 * Those of another replica, and one whose answer was lost, are not seen here and may take what is there. That does no
 * harm beyond a call: the shop ships all of a shipment or nothing, says so, and room is made anew at once.
 */
export class Room {
  readonly #shelves = new Map<string, Shelf>();

  async ship<Result>(leaving: Leaving<Result>): Promise<Result> {
    const { sourceCode, goods } = leaving;
    const shelves = new Map(
      [...goods.keys()].map((sku) => [sku, this.#shelf(`${sourceCode}/${foldSku(sku)}`)]),
    );
    try {
      let refused: Unavailable | null = null;
      const sent = await inTurn(shelves, 'together', () => sendIfEnough(leaving, shelves)).catch(
        (error: unknown) => {
          refused = asOvertaken(error);
          return null;
        },
      );
      if (sent !== null) return sent.result;
      return await inTurn(shelves, 'alone', () => makeRoom(leaving, refused));
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

/** @param refused Why it was not sent before. @throws that where the source holds enough: then it was for another reason. */
async function makeRoom<Result>(
  { sourceCode, goods, held, raise, send }: Leaving<Result>,
  refused: Unavailable | null,
): Promise<Result> {
  for (let overtaken = 0; ; overtaken += 1) {
    const lacking = lackingAt(sourceCode, await held(), goods);
    if (refused !== null && (lacking.length === 0 || overtaken > overtakenMax)) throw refused;
    if (lacking.length > 0) await raise(lacking);
    try {
      return await send();
    } catch (error) {
      refused = asOvertaken(error);
    }
  }
}

/** The shop's refusal of a source that holds too little names no cause, and nothing was kept of the shipment. */
function asOvertaken(error: unknown): Unavailable {
  if (error instanceof Unavailable && error.fault.code === 'magento.could_not_save') return error;
  throw error;
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
