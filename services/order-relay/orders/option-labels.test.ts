import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Order, OrderLine } from '../../../schemas/types.ts';
import type { OptionNames } from '../../magento/option-names.ts';
import { assertCurrent, underFence } from '../../platform/fence.ts';
import { StandingClock } from '../testing/support.ts';
import { OptionLabels } from './option-labels.ts';

const engraving = { kind: 'custom', optionId: '2', values: ['4,5'], quantity: null };
const extras = { kind: 'custom', optionId: '4', values: ['4,5'], quantity: null };
const color = { kind: 'configurable', optionId: '137', values: ['6'], quantity: null };
const links = { kind: 'downloadable', optionId: '', values: ['1', '9'], quantity: null };
const unlabelled = { label: null, valueLabels: [] };

const names: OptionNames = {
  sku: 'MUG',
  options: new Map([
    ['custom/2', 'Engraving'],
    ['custom/4', 'Extras'],
    ['configurable/137', 'Color'],
  ]),
  values: new Map([
    ['custom/4/4', 'Box'],
    ['custom/4/5', 'Ribbon'],
    ['downloadable//1', 'Part one'],
  ]),
};

let asked: (readonly number[])[];
let isDown: boolean;
let clock: StandingClock;
let labels: OptionLabels;
beforeEach(() => {
  asked = [];
  isDown = false;
  clock = new StandingClock(1_000_000);
  const optionNames = async (ids: readonly number[]) => {
    asked.push(ids);
    // As the client does before a call.
    assertCurrent('the products');
    if (isDown) throw new Error('down');
    return new Map(ids.filter((id) => id === 7).map((id) => [id, names]));
  };
  labels = new OptionLabels({ products: { optionNames }, clock });
});

const line = (productId: number | null, ...options: object[]) => ({ productId, options }) as OrderLine;
const orderOf = (...lines: OrderLine[]) => ({ lines }) as Order;
const optionsOf = async (...lines: OrderLine[]) =>
  (await labels.addTo(orderOf(...lines))).lines.flatMap(({ options }) => options);

describe('chosen options', () => {
  it('are named as the product names them; what was typed, and what has no name, is left as it is', async () => {
    expect(await optionsOf(line(7, engraving, extras, color, links))).toEqual([
      { ...engraving, label: 'Engraving', valueLabels: [] },
      { ...extras, label: 'Extras', valueLabels: ['Box', 'Ribbon'] },
      { ...color, label: 'Color', valueLabels: [] },
      { ...links, ...unlabelled },
    ]);
  });

  it('come with the SKU that the product has without them', async () => {
    const [chosen, plain] = [line(7, engraving), line(7)].map((one) => ({
      ...one,
      sku: 'MUG-ENG',
      productSku: null,
    }));
    const { lines } = await labels.addTo(orderOf(chosen!, plain!));
    expect(lines.map(({ sku, productSku }) => [sku, productSku])).toEqual([
      ['MUG-ENG', 'MUG'],
      ['MUG-ENG', null],
    ]);
  });

  it('of products that are gone, or not told, have none', async () => {
    expect(await optionsOf(line(8, extras), line(null, color))).toEqual([
      { ...extras, ...unlabelled },
      color,
    ]);
  });

  it('are asked for once in ten minutes, several products at once, and not at all without options', async () => {
    await optionsOf(line(7, color), line(8, color), line(9));
    await optionsOf(line(7, color));
    await optionsOf(line(9));
    clock.time += 600_000;
    await optionsOf(line(7, color));
    expect(asked).toEqual([[7, 8], [7]]);
  });

  it('are asked for once by orders that are read together', async () => {
    const read = await Promise.all([optionsOf(line(7, color)), optionsOf(line(7, color), line(8, color))]);
    expect(read.map(([option]) => option!.label)).toEqual(['Color', 'Color']);
    expect(asked).toEqual([[7], [8]]);
  });

  it('are asked for by none of them alone: one that has lost its lease leaves no other without', async () => {
    const lost = underFence({ isCurrent: () => false }, () => optionsOf(line(7, color)));
    const [option] = await optionsOf(line(7, color));
    await lost;
    expect([option!.label, asked]).toEqual(['Color', [[7]]]);
  });

  it('go without names while the shop does not give them, and nobody waits for that twice', async () => {
    isDown = true;
    expect(await optionsOf(line(7, color))).toEqual([color]);
    isDown = false;
    expect(await optionsOf(line(7, color))).toEqual([color]);
    clock.time += 60_000;
    expect(await optionsOf(line(7, color))).toEqual([{ ...color, label: 'Color', valueLabels: [] }]);
    expect(asked).toHaveLength(2);
  });
});
