/** One order that goes the whole way of a staging line, each part of the way with its time, and cleaned up behind it. */
import { randomUUID } from 'node:crypto';
import { Rejected } from '../../platform/errors.ts';
import { cleanUp } from './clean-up.ts';
import { MarkerShop, isUnknown } from './marker-shop.ts';
import { nothingMade } from './records.ts';
import type { Made } from './records.ts';
import { refuse } from './refusals.ts';
import { Steps } from './steps.ts';
import type { MarkerStepResult } from './steps.ts';
import type { MarkerTools } from './tools.ts';

export interface MarkerRun {
  sku: string;
  ok: boolean;
  /** Whether its product does, because nothing is configured that removes it. */
  stays: boolean;
  steps: MarkerStepResult[];
}

/** @param given a SKU of the shop that is ordered as it is; null: one is made for it. @throws Rejected before anything is made */
export async function sendMarker(tools: MarkerTools, given: string | null): Promise<MarkerRun> {
  const run = new Run(tools, given ?? tools.marker.sku, given === null);
  await refuse(tools, given);
  try {
    await run.makeProduct();
    const before = await run.seeStock();
    await run.placeOrder();
    await run.seeInErp();
    await run.sendParcel(before);
  } finally {
    await cleanUp(tools, run.steps, run.made);
  }
  return toldOf(tools, run.made, run.steps);
}

/** What an earlier run that was killed, or could not remove it, has left: as it is on record. @throws Rejected where nothing is */
export async function removeMarker(tools: MarkerTools): Promise<MarkerRun> {
  const made = (await tools.records.all()).findLast(({ over }) => !over);
  if (made === undefined)
    throw new Rejected({
      code: 'marker.nothing_left',
      what: 'No run of the marker order is on record that has left something in this shop and this ERP',
      why: 'only what such a run has made is removed',
      fix: "Remove by hand what is somebody else's; see cartage audit",
    });
  await tools.records.note(made, 'marker order, to be cleaned up');
  const steps = stepsOf(tools);
  await cleanUp(tools, steps, made);
  return toldOf(tools, made, steps);
}

const stepsOf = (tools: MarkerTools) => new Steps({ ...tools, withinMs: tools.marker.withinMs });

const toldOf = ({ erp }: MarkerTools, { sku, product }: Made, { results, isWell }: Steps): MarkerRun => ({
  sku,
  ok: isWell,
  stays: product && erp.steps('product', 'remove') === 0,
  steps: results,
});

/** Of one SKU, each in all its places; of the ERP null where it does not tell. */
interface Stocks {
  shop: number;
  erp: number | null;
}

const textOf = (stocks: Stocks | null) =>
  stocks === null ? 'unknown' : `${stocks.shop} in the shop and ${stocks.erp ?? 'unknown'} in the ERP`;

class Run {
  readonly steps: Steps;
  readonly made: Made;
  readonly #tools: MarkerTools;
  readonly #shop: MarkerShop;
  /** Whether the product is to be made. */
  readonly #isOwn: boolean;

  constructor(tools: MarkerTools, sku: string, isOwn: boolean) {
    this.steps = stepsOf(tools);
    this.made = { ...nothingMade, run: randomUUID(), sku };
    this.#tools = tools;
    this.#shop = new MarkerShop(tools.shop, tools.instance, tools.marker, sku);
    this.#isOwn = isOwn;
  }

  async makeProduct(): Promise<void> {
    const { sku } = this.made;
    const name = 'product in the ERP';
    if (this.#isOwn) await this.#makeInErp(name, 'product');
    else this.steps.skip(name, `--sku: ${sku} is taken as it is`);
    await this.steps.until(
      'product for sale in the shop',
      async () => ((await this.#shop.isForSale()) ? { value: true, detail: sku } : null),
      { detail: `${sku} is not enabled with a price`, fix: `See cartage explain sku ${sku}` },
    );
  }

  /** @returns how much there is, or null where that was not seen */
  seeStock(): Promise<Stocks | null> {
    const { sku } = this.made;
    return this.steps.until(
      'stock in the shop',
      async () => {
        const shop = await this.#shop.stock();
        if (shop <= 0) return null;
        const value = { shop, erp: await this.#tools.stockInErp(sku) };
        return { value, detail: `${shop} at all sources` };
      },
      { detail: `No source has any of ${sku}`, fix: `See cartage explain sku ${sku}` },
    );
  }

  async placeOrder(): Promise<void> {
    const { store } = this.#tools.marker;
    const cart = await this.steps.until(
      'put into a cart',
      async () => ({ value: await this.#shop.fillCart(), detail: `as a guest in ${store}` }),
      {
        detail: `The shop does not sell ${this.made.sku}`,
        fix: 'See whether its stock index follows',
        refusalsPass: true,
      },
    );
    const entityId = await this.steps.once('order in the shop', () => this.#place(cart!));
    await this.steps.until(
      'its number in the shop',
      async () => {
        const value = await this.#shop.placed(entityId!);
        if (value === null) return null;
        Object.assign(this.made, value);
        return { value, detail: `${value.number}, its key ${value.key}` };
      },
      {
        detail: `The shop does not show the order of id ${entityId}`,
        fix: 'See whether something deletes orders there',
      },
    );
  }

  async seeInErp(): Promise<void> {
    const { lookUpOrder } = this.#tools;
    await this.steps.until(
      'order in the ERP',
      async () => {
        const value = await lookUpOrder(this.made.key!);
        if (value === null || value.isDone === false) return null;
        const { id, reference } = value;
        Object.assign(this.made, { id, reference });
        return { value, detail: reference ?? id };
      },
      {
        detail: `The ERP has no order ${this.made.key ?? ''}`,
        fix: `See cartage explain order ${this.made.number ?? ''}`,
      },
    );
  }

  async sendParcel(before: Stocks | null): Promise<void> {
    const names = ['parcel in the ERP', 'shipment in the shop', 'stock behind it in the shop'] as const;
    if (this.#tools.erp.steps('parcel', 'make') === 0)
      return names.forEach((name) => this.steps.skip(name, 'marker.parcel.make is not configured'));
    await this.#makeInErp(names[0], 'parcel');
    await this.steps.until(
      names[1],
      async () => {
        const [detail] = await this.#shop.shipments(Number(this.made.order));
        return detail === undefined ? null : { value: true, detail };
      },
      {
        detail: 'The order has no shipment in the shop',
        fix: `See cartage explain order ${this.made.number ?? ''}`,
      },
    );
    await this.#seeStockBehind(names[2], before);
  }

  /** The shop takes off by itself what it ships, so that its number alone does not tell whether the ERP's agrees: both are asked. */
  async #seeStockBehind(name: string, before: Stocks | null): Promise<void> {
    const { sku } = this.made;
    if (!this.#isOwn)
      return this.steps.skip(name, `--sku: others sell ${sku} too, and its number tells nothing`);
    let now: Stocks | null = null;
    await this.steps.until(
      name,
      async () => {
        now = { shop: await this.#shop.stock(), erp: await this.#tools.stockInErp(sku) };
        const isRight =
          now.shop === before!.shop - 1 && (before!.erp === null || now.erp === before!.erp - 1);
        return isRight ? { value: true, detail: `${before!.shop} before, ${now.shop} now` } : null;
      },
      {
        detail: () => `One has left, and ${textOf(before)} before are not ${textOf(now)} now`,
        fix: `See cartage explain sku ${sku}`,
      },
    );
  }

  /** On record before and after. */
  async #place(cart: string) {
    await this.#note({ order: 'perhaps' }, 'marker order, to be placed');
    try {
      this.made.order = String(await this.#shop.place(cart));
    } catch (error) {
      if (!isUnknown(error)) this.made.order = null;
      throw error;
    }
    await this.#note({}, 'marker order, placed');
    return { value: Number(this.made.order), detail: `id ${this.made.order}` };
  }

  /** Once, and on record before. */
  async #makeInErp(name: string, part: 'product' | 'parcel'): Promise<void> {
    await this.steps.once(name, async () => {
      await this.#note({ [part]: true }, `${part} of the marker order, to be made in the ERP`);
      const { sku, key, id, reference } = this.made;
      await this.#tools.erp.run(part, 'make', { sku, key, id, reference });
      return { value: true, detail: `marker.${part}.make` };
    });
  }

  /** What is not on record is not made. */
  async #note(more: Partial<Made>, subject: string): Promise<void> {
    await this.#tools.records.note({ ...this.made, ...more }, subject);
    Object.assign(this.made, more);
  }
}
