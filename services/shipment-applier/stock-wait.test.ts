/** Real: the wait, what is known of applied stock. Doubles: broker and clock. */
import { expect, it } from '@jest/globals';
import { outcomes } from '../../schemas/topics.ts';
import type { Fulfilment, Outcome } from '../../schemas/types.ts';
import { Unavailable } from '../platform/errors.ts';
import { RecordingBus, readBack } from '../platform/flow/testing/recording-bus.ts';
import { AppliedStock } from './applied-stock.ts';
import { StockWait } from './stock-wait.ts';

const aDocument = {
  instance: 'main',
  store: 'default',
  incrementId: '42',
  documentId: 'WH/7',
  source: 'W1',
  lines: [{ sku: 'Mug', orderLineId: '5', quantity: '2.0000' }],
  version: { epoch: 2, number: 100 },
  shownFrom: null,
} as unknown as Fulfilment;

async function waitOf(more: Partial<Fulfilment> = {}) {
  const document = { ...aDocument, ...more };
  const bus = new RecordingBus();
  const { clock, broker } = bus;
  const applied = new AppliedStock({ bus, instance: 'main', clock });
  await applied.follow();
  const asked: string[] = [];
  let passed = 0;
  const wait = new StockWait({
    applied,
    requestRefresh: (_topic, keys, reason) => {
      asked.push(...keys.map((key) => `${key} ${reason}`));
      return Promise.resolve();
    },
    waitMs: 60_000,
    clock,
    onPassed: () => (passed += 1),
  });
  const publishedAt = clock.now();
  const settle = (goods: string[], pressing = false, of: Partial<Fulfilment> = {}) =>
    wait.settle({ document: { ...document, ...of }, publishedAt }, goods, {
      number: 1,
      pressing,
      mode: 'on',
      assertCurrent: () => undefined,
    });
  /** Waits, and then is told in `goesOn` when it may go on. */
  const goesOn: string[] = [];
  const waits = async (...goods: string[]) => {
    const error = await settle(goods).catch((thrown: unknown) => thrown);
    if (!(error instanceof Unavailable)) throw new Error('It did not wait');
    expect(error).toMatchObject({ notYet: true, fault: { code: 'shipment.stock_not_applied' } });
    void error.until!.then(() => goesOn.push(goods.join()));
    return error.retryAfterMs;
  };
  const tell = async (sku: string, epoch: number, number: number, more: Partial<Outcome> = {}) => {
    broker.append(outcomes, `W1/${sku}`, {
      group: 'cartage.main.inventory-applier',
      topic: 'erp.stock',
      key: `W1/${sku}`,
      status: 'applied',
      version: { epoch, number },
      ...more,
    } as Outcome);
    await readBack();
  };
  const ahead = () =>
    wait.ahead({ document, publishedAt }, { number: 1, mode: 'on', assertCurrent: () => undefined });
  return { clock, ahead, settle, waits, goesOn, tell, asked, passed: () => passed };
}

it('a shipment waits for each of its goods, asks for them once, and goes as soon as their stock is as new as the document', async () => {
  const { clock, settle, waits, goesOn, tell, asked } = await waitOf();
  expect(await waits('MUG', 'LID')).toBe(1_000);
  expect(asked).toEqual([]);
  await clock.pass(1_000);
  expect(await waits('MUG', 'LID')).toBe(59_000);
  expect(asked.toSorted()).toEqual(['W1/LID goods issue', 'W1/Mug goods issue']);
  await tell('Mug', 2, 99);
  await tell('LID', 2, 120);
  expect(goesOn).toEqual([]);
  await waits('MUG', 'LID');
  expect(asked).toHaveLength(2);
  await tell('Mug', 2, 100);
  expect(goesOn).toEqual(['MUG,LID']);
  expect(await settle(['MUG', 'LID'])).toBeNull();
});

it('only what has become of stock counts, at that position of the log or later, in that epoch or later', async () => {
  const { settle, waits, tell } = await waitOf();
  await tell('Mug', 1, 900);
  await tell('Mug', 2, 900, { status: 'superseded' });
  await tell('Mug', 2, 900, { status: 'dry' });
  await tell('Mug', 2, 900, { topic: 'erp.prices' });
  await tell('Mug', 2, 900, { group: 'cartage.other.inventory-applier' });
  await waits('Mug');
  await tell('Mug', 3, 1, { status: 'held' });
  expect(await settle(['Mug'])).toBeNull();
});

it('what shows the change that made the document is enough: its stock, read before the document was, is not asked for again', async () => {
  const { settle, tell, asked } = await waitOf({ shownFrom: 90 });
  await tell('Mug', 2, 89);
  await expect(settle(['Mug'])).rejects.toThrow('shipment.stock_not_applied');
  await tell('Mug', 2, 90);
  expect(await settle(['Mug'])).toBeNull();
  await expect(settle(['LID'])).rejects.toThrow('shipment.stock_not_applied');
  await tell('LID', 1, 99);
  await expect(settle(['LID'])).rejects.toThrow('shipment.stock_not_applied');
  expect(asked).toEqual([]);
});

it('nothing is waited for of which the ERP has no stock', async () => {
  const { waits, goesOn, tell } = await waitOf();
  await waits('Mug');
  const refreshed = { group: 'cartage.main.erp-ingester', topic: 'cartage.refresh', version: null };
  await tell('Mug', 0, 0, { ...refreshed, status: 'applied' });
  expect(goesOn).toEqual([]);
  await tell('Mug', 0, 0, { ...refreshed, status: 'unchanged' });
  expect(goesOn).toEqual(['Mug']);
});

it('what the document names is waited for first, and asked for when it has not come by itself; the parts of it afterwards', async () => {
  const { clock, ahead, waits, tell, asked, passed } = await waitOf();
  const early = await ahead().catch((error: unknown) => error);
  expect(early).toMatchObject({ notYet: true, retryAfterMs: 1_000 });
  await clock.pass(1_000);
  const late = (await ahead().catch((error: unknown) => error)) as Unavailable;
  expect([late.notYet, late.retryAfterMs, asked]).toEqual([true, 59_000, ['W1/Mug goods issue']]);
  await tell('Mug', 2, 100);
  await late.until;
  await ahead();
  await waits('LID');
  expect(asked.slice(1)).toEqual(['W1/Mug goods issue', 'W1/LID goods issue']);
  await tell('Mug', 2, 99);
  await clock.pass(60_000);
  // Whether it is shipped at all is not known yet: nothing is counted.
  await ahead();
  expect(passed()).toBe(0);
});

it('the wait has a bound, and is counted when it passes; it ends when all others wait for it', async () => {
  const { clock, settle, waits, passed } = await waitOf();
  await clock.pass(59_000);
  expect(await waits('Mug')).toBe(1_000);
  expect(passed()).toBe(0);
  expect(await settle(['Mug'], true)).toContain('the stock of Mug');
  await clock.pass(1_000);
  expect(await settle(['Mug'])).toContain('was not known to be in the shop');
  expect(passed()).toBe(2);
});

it('of two orders with one number each waits, and asks, for itself', async () => {
  const { clock, settle, waits, goesOn, tell, asked } = await waitOf();
  await clock.pass(1_000);
  await waits('Mug');
  await expect(settle(['LID'], false, { incrementId: '43' })).rejects.toThrow('shipment.stock_not_applied');
  expect(asked).toContain('W1/LID goods issue');
  await tell('Mug', 2, 100);
  expect(goesOn).toEqual(['Mug']);
});
