import { foldSku } from '../magento/sku.ts';
import type { SourceItem } from '../magento/source-items.ts';
import type { Decimal } from '../platform/decimal.ts';
import { BoundedMap } from '../platform/bounded-map.ts';
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
}

/** How often a shipment makes room anew for itself before its failure is one of the flow. */
const overtakenMax = 3;

/** A shelf that is forgotten costs one refused call. */
const lackedMax = 10_000;

/**
 * Lets shipments take the same goods from a source side by side while there is enough for all of them, and one by one
 * where room must be made: what was made for one is not taken by another. A turn is held while the shop ships, and many
 * parcels of few SKUs would wait for each other in vain.
 *
 * Whether there is enough the shop says by itself: it ships all of a shipment or nothing, and says so. The source is asked
 * only then, and beforehand where it held too little the last time: a refused shipment costs the shop a number and a line
 * in its log. Those of another replica, and one whose answer was lost, are not seen here and may take what is there: then
 * room is made anew at once.
 */
export class Room {
  readonly #shelves = new Map<string, Shelf>();
  /** Held too little when they were last asked. */
  readonly #lacked = new BoundedMap<string, true>(lackedMax);

  async ship<Result>(leaving: Leaving<Result>): Promise<Result> {
    const { sourceCode, goods } = leaving;
    const shelves = [...goods.keys()].map((sku) => this.#shelf(`${sourceCode}/${foldSku(sku)}`));
    try {
      let refused: Unavailable | null = null;
      if (!shelves.some(({ name }) => this.#lacked.has(name))) {
        const sent = await inTurn(shelves, 'together', async () => ({ result: await leaving.send() })).catch(
          (error: unknown) => {
            refused = asOvertaken(error);
            return null;
          },
        );
        if (sent !== null) return sent.result;
      }
      const note = (isLacking: boolean) => {
        for (const { name } of shelves)
          if (isLacking) this.#lacked.set(name, true);
          else this.#lacked.delete(name);
      };
      return await inTurn(shelves, 'alone', () => makeRoom(leaving, refused, note));
    } finally {
      for (const shelf of shelves) if ((shelf.users -= 1) === 0) this.#shelves.delete(shelf.name);
    }
  }

  #shelf(name: string): Shelf {
    const shelf = this.#shelves.get(name) ?? { name, turns: new Turns(), users: 0 };
    shelf.users += 1;
    this.#shelves.set(name, shelf);
    return shelf;
  }
}

/** @param refused Why it was not sent before. @throws that where the source holds enough: then it was for another reason. */
async function makeRoom<Result>(
  { sourceCode, goods, held, raise, send }: Leaving<Result>,
  refused: Unavailable | null,
  note: (isLacking: boolean) => void,
): Promise<Result> {
  for (let overtaken = 0; ; overtaken += 1) {
    const lacking = lackingAt(sourceCode, await held(), goods);
    if (overtaken === 0) note(lacking.length > 0);
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

/** Always in the same order, so that two shipments never wait for each other. */
function inTurn<Result>(
  shelves: readonly Shelf[],
  how: 'together' | 'alone',
  work: () => Promise<Result>,
): Promise<Result> {
  const inOrder = [...new Set(shelves)].toSorted((one, other) => (one.name < other.name ? 1 : -1));
  return inOrder.reduce(
    (inner, { turns }) =>
      () =>
        turns[how](inner),
    work,
  )();
}
