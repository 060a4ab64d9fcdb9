import { setImmediate as turn } from 'node:timers/promises';
import type { Attribute } from '../../magento/attributes.ts';
import type { MediaFile } from '../../magento/media.ts';
import { placeOf } from '../../magento/price-kinds.ts';
import type { PriceKind, PriceRow } from '../../magento/price-kinds.ts';
import type { MagentoProduct, ProductWrite } from '../../magento/products.ts';
import { foldSku } from '../../magento/sku.ts';
import { Rejected, Unavailable } from '../../platform/errors.ts';
import { attributeOf } from './attribute.ts';

/** A shop that keeps products as Magento does: letter case and accents aside, unknown attributes ignored. Its answers come later. */
export class Shop {
  readonly kept = new Map<string, MagentoProduct>();
  readonly writes: string[] = [];
  /** Of its only set, 4, "Default". */
  attributeList: Attribute[] = [
    attributeOf('description', 'textarea', 'text'),
    attributeOf('tax_class_id', 'select', 'int', ['None', 'Full']),
  ];
  /** Labels that the next calls add, and are then not answered. */
  unansweredOptions = new Set<string>();
  definitionsRead = 0;
  /** What it makes of a value, by the value. */
  keepsAs = new Map<string | null, string>();
  refusedPrices = new Map<string, string>();
  unmatched: string[] = [];
  isDown = false;
  failsWrites = false;
  /** What it says to each, with a product or alone. */
  imageFault: Error | null = null;
  readonly images: string[] = [];
  /** Questions for whole products. */
  productReads = 0;
  /** All but the base price for all websites, which is the product's. */
  otherPrices: (PriceRow & { kind: PriceKind })[] = [];
  readonly reads: PriceKind[] = [];
  isByWebsite = false;

  callsAtOnce = () => 4;

  products = {
    get: async (sku: string) => {
      await turn();
      return this.kept.get(foldSku(sku)) ?? null;
    },
    existing: (skus: readonly string[]) => this.#those(skus),
    many: (skus: readonly string[]) => {
      this.productReads += skus.length === 0 ? 0 : 1;
      return this.#those(skus);
    },
    members: (skus: readonly string[]) => this.#those(skus),
    create: async (sku: string, write: ProductWrite) => {
      if (this.imageFault !== null && write.images?.length) throw this.imageFault;
      this.images.push(...(write.images ?? []).map(({ file }) => `with ${sku}: ${file.name}`));
      return this.#save('create', sku, write);
    },
    update: (sku: string, write: ProductWrite) => this.#save('update', sku, write),
    remove: async (sku: string) => {
      await turn();
      this.writes.push(`remove ${sku}`);
      this.kept.delete(foldSku(sku));
    },
  };

  media = {
    add: async (sku: string, _entry: unknown, { name }: MediaFile) => {
      await turn();
      if (this.imageFault !== null) throw this.imageFault;
      return this.images.push(`to ${sku}: ${name}`);
    },
  };

  attributes = {
    sets: async () => {
      await turn();
      return [{ id: 4, name: 'Default' }];
    },
    ofSet: async () => {
      await turn();
      this.definitionsRead += 1;
      return this.attributeList.map((one) => ({ ...one, options: [...one.options] }));
    },
    scopeOf: () => Promise.resolve(this.isByWebsite ? 'website' : 'global'),
    options: async (code: string) => {
      await turn();
      return [...this.attributeList.find((one) => one.code === code)!.options];
    },
    removeOption: async (code: string, value: string) => {
      await turn();
      this.writes.push(`no option ${code} ${value}`);
      const attribute = this.attributeList.find((one) => one.code === code)!;
      attribute.options = attribute.options.filter((option) => option.value !== value);
    },
    addOption: async (code: string, label: string) => {
      await turn();
      this.writes.push(`option ${code} ${label}`);
      const { options } = this.attributeList.find((one) => one.code === code)!;
      if (options.some((option) => option.label.toLowerCase() === label.toLowerCase()))
        throw new Rejected({ code: 'magento.refused', what: 'It is there already', fix: 'None' });
      const value = String(50 + options.length);
      options.push({ label, value });
      if (this.unansweredOptions.delete(label))
        throw new Unavailable({ code: 'shop.down', what: 'No answer', fix: 'Wait' }, { outcome: 'unknown' });
      return value;
    },
  };

  prices = {
    read: async (kind: PriceKind, skus: readonly string[]) => {
      await turn();
      this.reads.push(kind);
      const asked = new Set(skus.map(foldSku));
      const base = [...asked]
        .flatMap((sku) => this.kept.get(sku) ?? [])
        .map((product) => basePriceOf(product));
      const others = this.otherPrices.filter((row) => asked.has(foldSku(row.sku)) && row.kind === kind);
      return [...(kind === 'base' ? base : []), ...others.map(({ kind: _kind, ...row }) => row)];
    },
    write: async (kind: PriceKind, rows: readonly PriceRow[]) => {
      await turn();
      this.writes.push(`${kind === 'base' ? 'prices' : kind} ${rows.map(shown).join(' ')}`);
      for (const row of rows) if (!this.refusedPrices.has(row.sku)) this.#keepPrice(kind, row);
      return this.#answer(rows);
    },
    remove: async (kind: PriceKind, rows: readonly PriceRow[]) => {
      await turn();
      this.writes.push(`no ${kind} ${rows.map(shown).join(' ')}`);
      const gone = new Set(rows.map((row) => `${foldSku(row.sku)} ${placeOf(row)}`));
      this.otherPrices = this.otherPrices.filter(
        (row) => row.kind !== kind || !gone.has(`${foldSku(row.sku)} ${placeOf(row)}`),
      );
      return this.#answer(rows);
    },
  };

  #answer(rows: readonly PriceRow[]) {
    const refused = rows
      .filter(({ sku }) => this.refusedPrices.has(sku))
      .map((row) => ({ row, message: this.refusedPrices.get(row.sku)! }));
    return { refused, unmatched: this.unmatched };
  }

  /** As Magento does: a special price keeps a day that its new row does not give. */
  #keepPrice(kind: PriceKind, row: PriceRow): void {
    if (kind === 'base' && row.scope === 0) {
      this.kept.get(foldSku(row.sku))!.price = row.price;
      return;
    }
    const isOf = (other: PriceRow & { kind: PriceKind }) =>
      other.kind === kind && foldSku(other.sku) === foldSku(row.sku) && placeOf(other) === placeOf(row);
    const before = this.otherPrices.find(isOf);
    this.otherPrices = this.otherPrices.filter((other) => !isOf(other));
    this.otherPrices.push({
      ...row,
      kind,
      from: row.from ?? before?.from ?? null,
      to: row.to ?? before?.to ?? null,
    });
  }

  store = {
    views: async () => {
      await turn();
      if (this.isDown) throw new Unavailable({ code: 'shop.down', what: 'Down', fix: 'Wait' });
      return [];
    },
    websites: async () => {
      await turn();
      return [
        { id: 1, code: 'base', name: 'Main' },
        { id: 2, code: 'b2b', name: 'Dealers' },
      ];
    },
    configs: async () => {
      await turn();
      const view = (id: number, website_id: number, base_currency_code: string, timezone: string) => ({
        id,
        website_id,
        base_currency_code,
        timezone,
      });
      return [
        view(1, 1, 'EUR', 'Europe/Berlin'),
        view(2, 1, 'EUR', 'Europe/Berlin'),
        view(3, 2, 'USD', 'America/New_York'),
      ];
    },
  };

  async #those(skus: readonly string[]): Promise<Map<string, MagentoProduct>> {
    await turn();
    return new Map(
      skus.flatMap((sku) => (this.kept.has(foldSku(sku)) ? [[sku, this.kept.get(foldSku(sku))!]] : [])),
    );
  }

  async #save(verb: string, sku: string, write: ProductWrite): Promise<MagentoProduct> {
    await turn();
    this.writes.push(
      `${verb} ${sku} ${Object.keys(write)
        .filter((name) => name !== 'customAttributes')
        .join()} ${Object.keys(write.customAttributes ?? {}).join()}`.trim(),
    );
    if (this.failsWrites)
      throw new Unavailable(
        { code: 'shop.down', what: 'Down', fix: 'Wait' },
        { outcome: 'unknown', perhapsRecord: true },
      );
    const before = this.kept.get(foldSku(sku));
    const custom = new Map(
      (before?.custom_attributes ?? []).map(({ attribute_code, value }) => [attribute_code, value]),
    );
    for (const [code, value] of Object.entries(write.customAttributes ?? {}))
      if (code === 'url_key' || this.attributeList.some((one) => one.code === code))
        custom.set(code, this.keepsAs.get(value) ?? value);
    const { customAttributes: _customAttributes, typeId, ...plain } = write;
    const saved = {
      id: this.kept.size + 1,
      sku,
      status: null,
      visibility: null,
      weight: null,
      price: null,
      attribute_set_id: 4,
      type_id: 'simple',
      ...before,
      ...plain,
      ...(typeId === undefined ? {} : { type_id: typeId }),
      custom_attributes: [...custom]
        .filter(([, value]) => value !== null)
        .map(([attribute_code, value]) => ({ attribute_code, value })),
    } as unknown as MagentoProduct;
    this.kept.set(foldSku(sku), saved);
    return saved;
  }
}

/** Its options have the values 0, 1, 2, ... */
function basePriceOf({ sku, price }: MagentoProduct): PriceRow {
  const plain = { from: null, to: null, group: null, quantity: '1', isPercent: false };
  return { ...plain, sku, scope: 0, price: price! };
}

function shown({ sku, scope, price, from, to, group, quantity }: PriceRow): string {
  const days = from === null && to === null ? '' : `[${from ?? ''}..${to ?? ''}]`;
  const tier = quantity === '1' && group === null ? '' : `@${Number(quantity)}${group ?? ''}`;
  return `${sku}${scope === 0 ? '' : `#${scope}`}${tier}=${Number(price)}${days}`;
}
