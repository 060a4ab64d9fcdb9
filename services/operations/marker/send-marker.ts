/** One order that goes the whole way of a staging line, each part of the way with its time, and cleaned up behind it. */
import type { MarkerErp, MarkerValues } from '../../erp/marker.ts';
import type { FoundOrder } from '../../erp/orders/erp-orders.ts';
import type { MarkerConfig } from '../../platform/config/sections/marker.ts';
import { Rejected } from '../../platform/errors.ts';
import { MarkerShop } from './marker-shop.ts';
import type { MarkerShopApi, Placed } from './marker-shop.ts';
import { Steps } from './steps.ts';
import type { MarkerStepResult, StepsOptions } from './steps.ts';

export interface MarkerTools extends Omit<StepsOptions, 'withinMs'> {
  shop: MarkerShopApi;
  erp: Pick<MarkerErp, 'run' | 'steps'>;
  lookUpOrder: (key: string) => Promise<FoundOrder | null>;
  instance: string;
  marker: MarkerConfig;
}

export interface MarkerRun {
  sku: string;
  ok: boolean;
  steps: MarkerStepResult[];
}

/** @param given a SKU of the shop that is ordered as it is; null: one is made for it */
export async function sendMarker(tools: MarkerTools, given: string | null): Promise<MarkerRun> {
  const { marker } = tools;
  const sku = given ?? marker.sku;
  const run = new Run(tools, sku);
  const isMade = given === null;
  if (isMade) await run.refuseWhatIsSold();
  try {
    await run.makeProduct(isMade);
    const before = await run.seeStock();
    await run.placeOrder();
    await run.seeInErp();
    await run.sendParcel(before);
  } finally {
    await run.cleanUp(isMade);
  }
  const { results, isWell } = run.steps;
  return { sku, ok: isWell, steps: results };
}

/** What an earlier run that was killed has left in the ERP. */
export async function removeMarker(tools: MarkerTools): Promise<MarkerRun> {
  const run = new Run(tools, tools.marker.sku);
  await run.removeProduct();
  const { results, isWell } = run.steps;
  return { sku: tools.marker.sku, ok: isWell, steps: results };
}

class Run {
  readonly steps: Steps;
  readonly #tools: MarkerTools;
  readonly #sku: string;
  readonly #shop: MarkerShop;
  #entityId: number | null = null;
  #placed: Placed | null = null;
  #found: FoundOrder | null = null;

  constructor(tools: MarkerTools, sku: string) {
    this.steps = new Steps({ ...tools, withinMs: tools.marker.withinMs });
    this.#tools = tools;
    this.#sku = sku;
    this.#shop = new MarkerShop(tools.shop, tools.instance, tools.marker, sku);
  }

  /** What is made here is removed afterwards: that must be nobody else's. @throws Rejected */
  async refuseWhatIsSold(): Promise<void> {
    if (this.#tools.erp.steps('product', 'make') === 0)
      throw new Rejected({
        code: 'marker.product',
        what: 'marker.product.make is not configured: no product is made for the marker order',
        fix: 'Name one of the shop: --sku SKU; or configure how one is made in the ERP',
      });
    if (await this.#shop.isForSale())
      throw new Rejected({
        code: 'marker.sku',
        what: `The shop sells ${this.#sku} already`,
        why: 'it would be removed afterwards: another run may be under way, or have been killed, or marker.sku names a product of somebody',
        fix: 'After a run that was killed: cartage marker-order --clean-up; else name another in marker.sku',
      });
  }

  async makeProduct(isMade: boolean): Promise<void> {
    const name = 'product in the ERP';
    if (isMade) await this.#inErp(name, 'product', 'make');
    else this.steps.skip(name, `--sku: ${this.#sku} is taken as it is`);
    await this.steps.until(
      'product for sale in the shop',
      async () => ((await this.#shop.isForSale()) ? { value: true, detail: this.#sku } : null),
      { detail: `${this.#sku} is not enabled with a price`, fix: `See cartage explain sku ${this.#sku}` },
    );
  }

  /** @returns how much there is, or null where that was not seen */
  seeStock(): Promise<number | null> {
    return this.steps.until(
      'stock in the shop',
      async () => {
        const value = await this.#shop.stock();
        return value > 0 ? { value, detail: `${value} at all sources` } : null;
      },
      { detail: `No source has any of ${this.#sku}`, fix: `See cartage explain sku ${this.#sku}` },
    );
  }

  async placeOrder(): Promise<void> {
    const { store } = this.#tools.marker;
    const cart = await this.steps.until(
      'put into a cart',
      async () => ({ value: await this.#shop.fillCart(), detail: `as a guest in ${store}` }),
      {
        detail: `The shop does not sell ${this.#sku}`,
        fix: 'See whether its stock index follows',
        refusalsPass: true,
      },
    );
    const entityId = await this.steps.once('order in the shop', async () => {
      const value = await this.#shop.place(cart!);
      return { value, detail: `id ${value}` };
    });
    this.#entityId = entityId;
    this.#placed = await this.steps.until(
      'its number in the shop',
      async () => {
        const value = await this.#shop.placed(entityId!);
        return value && { value, detail: `${value.number}, its key ${value.key}` };
      },
      {
        detail: `The shop does not show the order of id ${entityId}`,
        fix: 'See whether something deletes orders there',
      },
    );
  }

  async seeInErp(): Promise<void> {
    const { lookUpOrder } = this.#tools;
    this.#found = await this.steps.until(
      'order in the ERP',
      async () => {
        const value = await lookUpOrder(this.#placed!.key);
        return value === null || value.isDone === false
          ? null
          : { value, detail: value.reference ?? value.id };
      },
      {
        detail: `The ERP has no order ${this.#placed?.key ?? ''}`,
        fix: `See cartage explain order ${this.#placed?.number ?? ''}`,
      },
    );
  }

  async sendParcel(before: number | null): Promise<void> {
    const { erp } = this.#tools;
    const names = ['parcel in the ERP', 'shipment in the shop', 'stock behind it in the shop'] as const;
    if (erp.steps('parcel', 'make') === 0)
      return names.forEach((name) => this.steps.skip(name, 'marker.parcel.make is not configured'));
    await this.#inErp(names[0], 'parcel', 'make');
    const fix = `See cartage explain order ${this.#placed?.number ?? ''}`;
    await this.steps.until(
      names[1],
      async () => {
        const [detail] = await this.#shop.shipments(this.#entityId!);
        return detail === undefined ? null : { value: true, detail };
      },
      { detail: 'The order has no shipment in the shop', fix },
    );
    await this.steps.until(
      names[2],
      async () => {
        const after = await this.#shop.stock();
        return after < before! ? { value: true, detail: `${before} before, ${after} now` } : null;
      },
      { detail: 'The piece that has left is not taken off', fix: `See cartage explain sku ${this.#sku}` },
    );
  }

  /** Whatever has happened before. */
  async cleanUp(isMade: boolean): Promise<void> {
    const [entityId, placed] = [this.#entityId, this.#placed];
    if (entityId === null) this.steps.skip('order canceled in the shop', 'none was placed that is known of');
    else
      await this.steps.until('order canceled in the shop', () => this.#canceled(entityId), {
        detail: `Order ${entityId} is not canceled`,
        fix: 'Cancel it in the admin',
        always: true,
      });
    if (placed !== null && this.#tools.erp.steps('parcel', 'remove') > 0)
      await this.#inErp('parcel removed in the ERP', 'parcel', 'remove');
    if (isMade) await this.removeProduct();
  }

  async removeProduct(): Promise<void> {
    const name = 'product removed in the ERP';
    if (this.#tools.erp.steps('product', 'remove') === 0)
      return this.steps.skip(name, 'marker.product.remove is not configured: it stays for sale');
    if (!(await this.#inErp(name, 'product', 'remove'))) return;
    await this.steps.until(
      'product off sale in the shop',
      async () =>
        (await this.#shop.isForSale())
          ? null
          : { value: true, detail: 'disabled or gone; delete what is left in the admin' },
      {
        detail: `${this.#sku} is for sale still`,
        fix: `See cartage explain sku ${this.#sku}`,
        always: true,
      },
    );
  }

  /** What the shop cannot forget is said. */
  async #canceled(entityId: number) {
    const value = await this.#shop.cancel(entityId);
    const stays = `${this.#placed?.number ?? `id ${entityId}`} stays there`;
    const detail = value
      ? `${stays} as canceled: REST deletes no order`
      : `${stays} as it is: what was shipped is not canceled, and REST deletes no order`;
    return { value, detail };
  }

  /** What is removed is removed whatever has happened before, and again where that was not answered. */
  async #inErp(name: string, part: 'product' | 'parcel', act: 'make' | 'remove'): Promise<boolean> {
    const work = async () => {
      await this.#tools.erp.run(part, act, this.#values());
      return { value: true, detail: `marker.${part}.${act}` };
    };
    if (act === 'make') return (await this.steps.once(name, work)) !== null;
    const missing = { detail: 'Not removed', fix: 'Run cartage marker-order --clean-up', always: true };
    return (await this.steps.until(name, work, missing)) !== null;
  }

  #values(): MarkerValues {
    const { key = null } = this.#placed ?? {};
    const { id = null, reference = null } = this.#found ?? {};
    return { sku: this.#sku, key, id, reference };
  }
}
