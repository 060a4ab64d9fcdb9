import { splitKey, stockKey } from '../../schemas/keys.ts';
import { fulfilments, outcomes } from '../../schemas/topics.ts';
import type { Outcome } from '../../schemas/types.ts';
import type { SimulatedBroker } from '../../services/platform/flow/testing/broker.ts';
import type { ModelErp } from './model-erp.ts';
import type { ModelShop } from './model-shop.ts';

export interface StockPromiseOptions {
  erp: ModelErp;
  shop: ModelShop;
  broker: SimulatedBroker;
  /** Sources of the shop by the ERP's warehouses. */
  sources: Readonly<Record<string, string>>;
  /** What is to be shown of a SKU of which the ERP has so many. */
  shownOf: (sku: string, quantity: number) => { quantity: number; status: number };
}

/** Pieces that left, or came, at a position of the ERP's log. */
interface Pieces {
  key: string;
  position: number;
  quantity: number;
}

/**
 * What is promised of stock: a source never shows more of a SKU than the ERP has (P), and what the ERP has issued and the
 * shop has not yet shipped (D). Beyond that only what the shop cannot know: by how much else the ERP's number has fallen
 * since the one that was written last, and what the shop itself has put back since. When all is quiet it shows P.
 */
export class StockPromise {
  readonly faults: string[] = [];
  readonly #options: StockPromiseOptions;
  /** Goods issues by their documents, less what the shop has shipped of them. */
  readonly #issued = new Map<string, Pieces>();
  /** Parked. After another process has taken over they may be tried once more. */
  readonly #refused: Pieces[] = [];
  readonly #fallen: Pieces[] = [];
  #putBack: Pieces[] = [];
  /** Position of the number that was written last, by key. */
  readonly #written = new Map<string, number>();

  constructor(options: StockPromiseOptions) {
    this.#options = options;
    const { erp, shop, broker } = options;
    erp.onFallen = (key, quantity, documentId) => {
      const pieces = { key, quantity, position: erp.position };
      if (documentId === null) this.#fallen.push(pieces);
      else this.#issued.set(documentId, pieces);
      this.check('the ERP has less');
    };
    shop.onShipped = (comment, quantity) => {
      for (const [documentId, pieces] of this.#issued)
        if (comment.split(/\W/).includes(documentId)) pieces.quantity -= quantity;
    };
    shop.onReturned = (source, sku, quantity) => {
      this.#putBack.push({ key: this.#keyOf(source, sku), quantity, position: 0 });
    };
    broker.listen(outcomes.topic, (record) => {
      const { topic, status, documentId } = (record as unknown as { value: Outcome }).value;
      if (topic === fulfilments.topic && (status === 'rejected' || status === 'held'))
        this.#giveUp(documentId!);
    });
  }

  /** Numbers that the ERP had at these positions of its log stand at their sources now. */
  written(positions: ReadonlyMap<string, number>): void {
    for (const [key, position] of positions) this.#written.set(key, position);
    this.#putBack = this.#putBack.filter(({ key, position }) => position > (positions.get(key) ?? -1));
    this.check('written');
  }

  /** Room was made at these places; for a document that was refused it is written over like what the shop puts back. */
  raised(rows: readonly { sourceCode: string; sku: string }[]): void {
    const keys = new Set(rows.map(({ sourceCode, sku }) => this.#keyOf(sourceCode, sku)));
    this.#putBack.push(
      ...this.#refused.filter(({ key }) => keys.has(key)).map((one) => ({ ...one, position: 0 })),
    );
  }

  check(when: string): void {
    const { erp, broker, shownOf } = this.#options;
    for (const key of erp.levels.keys()) {
      const since = this.#written.get(key) ?? 0;
      const has = shownOf(skuOf(key), erp.available(key)).quantity;
      const issued = sum([...this.#issued.values()], key);
      const fallen = sum(
        this.#fallen.filter(({ position }) => position > since),
        key,
      );
      const putBack = sum(this.#putBack, key);
      const { quantity } = this.#shown(key);
      if (quantity <= has + issued + fallen + putBack) continue;
      const terms = JSON.stringify({ has, issued, fallen, putBack });
      this.faults.push(`at ${broker.clock.now()}, ${when}: ${key} shows ${quantity}, ${terms}`);
    }
  }

  /** What became of the goods issues. */
  documents(): { shipped: number; refused: number } {
    return { shipped: this.#issued.size, refused: this.#refused.length };
  }

  checkQuiet(): void {
    const { erp, shownOf } = this.#options;
    for (const [documentId, { quantity }] of this.#issued)
      if (quantity !== 0)
        this.faults.push(`in the end ${quantity} of document ${documentId} are not shipped`);
    for (const key of erp.levels.keys()) {
      const [is, should] = [this.#shown(key), shownOf(skuOf(key), erp.available(key))].map(describe);
      if (is !== should) this.faults.push(`in the end ${key} shows ${is}, and not ${should}`);
    }
  }

  /** Nobody ships it any more: its goods are gone like any others, and what was raised for it is to be written over. */
  #giveUp(documentId: string): void {
    const pieces = this.#issued.get(documentId);
    if (pieces === undefined) return;
    this.#issued.delete(documentId);
    this.#refused.push(pieces);
    this.#fallen.push(pieces);
    this.#putBack.push(pieces);
  }

  #keyOf(sourceCode: string, sku: string): string {
    const [source] = Object.entries(this.#options.sources).find(([, code]) => code === sourceCode)!;
    return stockKey({ source, sku });
  }

  #shown(key: string): { quantity: number; status: number } {
    const { shop, sources } = this.#options;
    const [warehouse, sku] = splitKey(key, 2) as [string, string];
    return shop.row(sources[warehouse]!, sku) ?? { quantity: 0, status: 0 };
  }
}

function skuOf(key: string): string {
  return splitKey(key, 2)![1]!;
}

function sum(list: readonly Pieces[], of: string): number {
  return list.reduce((total, { key, quantity }) => total + (key === of ? quantity : 0), 0);
}

function describe({ quantity, status }: { quantity: number; status: number }): string {
  return `${quantity}/${status}`;
}
