import { expect, it } from '@jest/globals';
import { outcomes, stock } from '../../../schemas/topics.ts';
import type { Outcome, Stock } from '../../../schemas/types.ts';
import { RecordingBus } from '../../platform/flow/testing/recording-bus.ts';
import { momentOf, stockAt } from './stock-at.ts';

it('is what the ERP had said and the shop been told by then, not what came later', async () => {
  const bus = new RecordingBus();
  const say = (quantity: string) =>
    bus.publish(stock, { value: { source: 'W1', sku: 'MUG', quantity, sellable: true } as Stock });
  const tell = (own: Partial<Outcome>) =>
    bus.publish(outcomes, {
      value: {
        group: 'cartage.main.inventory-applier',
        topic: stock.topic,
        key: 'W1/MUG',
        status: 'applied',
        finishedAt: bus.clock.now(),
        ...own,
      } as Outcome,
    });
  const asked = (at: number) =>
    stockAt(bus, 'MUG', { instance: 'main', sources: ['W1', 'W2'], at }).then((all) => all[0]);
  const before = bus.clock.now() - 1;
  const saidAt = bus.clock.now();
  await say('12.0000');
  await bus.clock.pass(1_000);
  const said = bus.clock.now();
  await bus.clock.pass(1_000);
  const toldAt = bus.clock.now();
  await tell({ cause: '12.0000, in stock' });
  await tell({ cause: 'would set MUG', group: 'cartage.main.inventory-applier.dry' });
  await bus.clock.pass(1_000);
  const told = bus.clock.now();
  await bus.clock.pass(1_000);
  await say('5.0000');
  await tell({ status: 'held', cause: 'no such product' });
  expect(await asked(before)).toBeUndefined();
  const believed = { key: 'W1/MUG', believed: '12.0000', believedSince: saidAt };
  expect(await asked(said)).toEqual({ ...believed, told: null, toldAt: null, otherwise: null });
  const written = { told: '12.0000, in stock', toldAt };
  expect(await asked(told)).toEqual({ ...believed, ...written, otherwise: null });
  expect(await asked(bus.clock.now())).toMatchObject({
    believed: '5.0000',
    ...written,
    otherwise: 'held: no such product',
  });
  expect(() => momentOf('yesterday')).toThrow('is no time');
  expect(momentOf('1970-01-01T00:00:01Z')).toBe(1_000);
});
