import type { Categories, Category } from './categories.ts';
import type { Clock } from '../platform/clock.ts';
import { Held, Rejected } from '../platform/errors.ts';
import { unfenced } from '../platform/fence.ts';
import { Serial } from '../platform/serial.ts';

/** Categories are moved and renamed by people; what they did is in force within this time. */
const maxAgeMs = 600_000;
/** What is not there does not make us ask more often than this. */
const minAgeMs = 5_000;

/** The shop's categories by path: names from the root of a store's tree down, that of the root left out or not. */
export class CategoryTree {
  readonly #shop: Categories;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #asking = new Serial();
  #known: readonly Category[] = [];
  #askedAt = -Infinity;

  constructor(shop: Categories, clock: Pick<Clock, 'now'>) {
    this.#shop = shop;
    this.#clock = clock;
  }

  /** By path, else by id; null when there is none. */
  idOf(pathOrId: string): Promise<number | null> {
    return this.#asking.run('', () => this.#find(pathOrId));
  }

  /**
   * The same, with what of the path is not there made, one at a time.
   * @param begin called right before each effect
   */
  make(path: string, begin: () => void): Promise<number> {
    return this.#asking.run('', async () => {
      const known = await this.#find(path);
      if (known !== null) return known;
      let { at, names } = this.#start(path);
      for (const name of names) at = this.#childOf(at, name)?.id ?? (await this.#add(at, name, begin));
      return at;
    });
  }

  /** Of paths that held products wait for: those that are there now. */
  readonly awaited = async (paths: readonly string[]): Promise<ReadonlySet<string>> => {
    const found = new Set<string>();
    for (const path of paths) if ((await this.idOf(path)) !== null) found.add(path);
    return found;
  };

  async #find(pathOrId: string): Promise<number | null> {
    const look = () => {
      const { at, names } = this.#start(pathOrId);
      let place: number | undefined = at;
      for (const name of names) place = place === undefined ? undefined : this.#childOf(place, name)?.id;
      return place ?? this.#known.find(({ id }) => String(id) === pathOrId)?.id ?? null;
    };
    const ageMs = this.#clock.now() - this.#askedAt;
    if (ageMs >= maxAgeMs || (look() === null && ageMs >= minAgeMs)) await this.#ask();
    return look();
  }

  #start(path: string): { at: number; names: string[] } {
    const names = path.split('/').map((name) => name.trim());
    const roots = this.#known.filter(({ level }) => level === 1);
    const named = roots.find(({ name }) => isSame(name, names[0]!));
    return named === undefined ? { at: roots[0]?.id ?? 0, names } : { at: named.id, names: names.slice(1) };
  }

  #childOf(parentId: number, name: string): Category | undefined {
    return this.#known.find((one) => one.parentId === parentId && isSame(one.name, name));
  }

  async #add(parentId: number, name: string, begin: () => void): Promise<number> {
    begin();
    try {
      const id = await this.#shop.add(parentId, name);
      const level = (this.#known.find((one) => one.id === parentId)?.level ?? 0) + 1;
      this.#known = [...this.#known, { id, parentId, name, level }];
      return id;
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      // Refused, because somebody has added it meanwhile: an earlier try of ours whose answer was lost, for one.
      await this.#ask();
      const added = this.#childOf(parentId, name);
      if (added === undefined) throw error;
      return added.id;
    }
  }

  async #ask(): Promise<void> {
    // What is learnt serves all, and must not end with the lease of whoever asked first.
    this.#known = await unfenced(() => this.#shop.list());
    this.#askedAt = this.#clock.now();
  }
}

const isSame = (left: string, right: string) => left.trim().toLowerCase() === right.trim().toLowerCase();

export function categoryUnknown(sku: string, path: string): Held {
  return new Held({
    code: 'product.category_unknown',
    what: `Product ${sku} was written without its category ${JSON.stringify(path)}, which the shop does not have`,
    fix: 'Make the category under Catalog > Categories, or let Cartage do so by catalog.createCategories: true; it is released by that',
    waitsFor: `category/${path}`,
  });
}
