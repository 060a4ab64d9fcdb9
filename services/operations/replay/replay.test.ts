/** Real: what a replay comes to, and its asking. Double: the broker. */
import { describe, expect, it } from '@jest/globals';
import { outcomes, parked, refresh, stock } from '../../../schemas/topics.ts';
import type { Outcome, Stock } from '../../../schemas/types.ts';
import { RecordingBus } from '../../platform/flow/testing/recording-bus.ts';
import { askInOrder } from './ask.ts';
import { planReplay } from './plan.ts';

function world() {
  const bus = new RecordingBus();
  const publish = async (sku: string) => {
    const value = { source: 'W1', sku, quantity: '1.0000' } as Stock;
    await bus.publish(stock, { value });
    return bus.broker.end(stock.topic) - 1;
  };
  const told = (sku: string, offset: number, status: string, group = 'cartage.main.inventory-applier') => {
    const value = {
      group,
      topic: stock.topic,
      partition: 0,
      offset,
      key: `W1/${sku}`,
      status,
      documentId: null,
    };
    return bus.publish(outcomes, { value: value as unknown as Outcome });
  };
  const plan = async (options: { keys?: string[]; window?: { from: number; to: number } }) => {
    const { keys = null, window = null } = options;
    const { fates } = await planReplay(bus, stock as never, { instance: 'main', keys, window });
    return Object.fromEntries(fates);
  };
  return { bus, publish, told, plan };
}

describe('a replay', () => {
  it('of a window says of each key in it what becomes of it, and leaves out all others', async () => {
    const { bus, publish, told, plan } = world();
    await publish('BEFORE');
    await bus.clock.pass(1_000);
    const from = bus.clock.now();
    await told('SAME', await publish('SAME'), 'applied');
    await told('REFUSED', await publish('REFUSED'), 'rejected');
    await publish('NOTHING');
    await told('DRY', await publish('DRY'), 'applied', 'cartage.main.inventory-applier.dry');
    await told('OTHERS', await publish('OTHERS'), 'applied', 'cartage.other.inventory-applier');
    await told('NEWER', await publish('NEWER'), 'applied');
    const held = await publish('HELD');
    await bus.publish(parked, {
      value: {
        group: 'cartage.main.inventory-applier',
        topic: stock.topic,
        partition: 0,
        offset: held,
        key: 'W1/HELD',
        documentId: null,
      } as never,
    });
    await bus.clock.pass(1_000);
    const to = bus.clock.now();
    await told('NEWER', await publish('NEWER'), 'applied');
    await publish('AFTER');
    expect(await plan({ window: { from, to } })).toEqual({
      'W1/SAME': 'unchanged',
      'W1/REFUSED': 'write',
      'W1/NOTHING': 'write',
      'W1/DRY': 'write',
      'W1/OTHERS': 'write',
      'W1/NEWER': 'stale',
      'W1/HELD': 'held',
    });
  });

  it('is unchanged only where the newest record has been handled', async () => {
    const { publish, told, plan } = world();
    await told('A', await publish('A'), 'applied');
    await publish('A');
    expect(await plan({ keys: ['W1/A', 'W1/NEVER-PUBLISHED'] })).toEqual({
      'W1/A': 'write',
      'W1/NEVER-PUBLISHED': 'write',
    });
  });

  it('asks in order, can be stopped, and says after which key to go on', async () => {
    const { bus } = world();
    const keys = Array.from({ length: 450 }, (_none, index) => `W1/K${String(index).padStart(3, '0')}`);
    const requestOf = (key: string) => ({ topic: stock.topic, key, reason: 'replay' }) as never;
    const over = new AbortController();
    const progress: number[] = [];
    const onProgress = (count: number) => {
      progress.push(count);
      if (count === 400) over.abort();
    };
    expect(await askInOrder(bus, keys, { requestOf, over: over.signal, onProgress })).toBe('W1/K399');
    expect([progress, bus.broker.end(refresh.topic)]).toEqual([[200, 400], 400]);
    const rest = keys.filter((key) => key > 'W1/K399');
    const going = { requestOf, over: new AbortController().signal, onProgress };
    expect(await askInOrder(bus, rest, going)).toBe('W1/K449');
    expect(new Set(bus.broker.log(refresh.topic).map(({ key }) => key)).size).toBe(450);
  });
});
