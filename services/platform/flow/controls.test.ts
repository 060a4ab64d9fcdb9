/** Real: the controls, the flows that obey them. Doubles: the broker, the other side. */
import { describe, expect, it } from '@jest/globals';
import { controls, outcomes } from '../../../schemas/topics.ts';
import type { Control } from '../../../schemas/types.ts';
import { FollowedControls } from './controls.ts';
import { runDocuments } from './documents/run-documents.ts';
import { logTo } from './testing/context.ts';
import { flowOf } from './testing/plain-flow.ts';
import { RecordingBus, readBack } from './testing/recording-bus.ts';
import { plains } from './testing/records.ts';
import type { Plain } from './testing/records.ts';
import { SetControls } from './testing/set-controls.ts';
import { World } from './testing/world.ts';

const control = (own: Partial<Control>): Control => ({
  instance: 'main',
  reader: 'order-exporter',
  paused: true,
  concurrencyMax: null,
  batchMax: null,
  schedule: null,
  reason: 'the ERP is being moved',
  setBy: 'ada',
  setAt: 0,
  ...own,
});

describe('what operators have set', () => {
  it('is known before a flow begins, and told of when it changes: of this instance alone, in whatever mode', async () => {
    const bus = new RecordingBus();
    const followed = new FollowedControls(bus, 'main', logTo([]));
    const changes: unknown[] = [];
    const group = 'cartage.main.order-exporter';
    followed.onChange(() => changes.push(followed.of(group)?.paused));
    await bus.publish(controls, { value: control({}) });
    await bus.publish(controls, { value: control({ instance: 'other', reader: 'shipment-applier' }) });
    expect(followed.of(group)).toBeNull();
    await followed.known();
    expect([followed.of(group)?.paused, followed.of(`${group}.dry`)?.paused]).toEqual([true, true]);
    expect(followed.of(`${group}.customers`)).toBeNull();
    expect(followed.of('cartage.main.shipment-applier')).toBeNull();
    expect(followed.whyPaused('order-exporter')).toContain('paused by ada');
    expect(followed.whyPaused('order-exporter')).toContain('the ERP is being moved');
    expect(changes).toEqual([]);
    await bus.publish(controls, { value: control({ paused: false }) });
    await readBack();
    expect([changes, followed.whyPaused('order-exporter')]).toEqual([[false], null]);
    // A topic that is gone has set nothing free.
    await bus.publish(controls, { value: control({}) });
    await readBack();
    bus.recreate(controls);
    expect(followed.of(group)?.paused).toBe(true);
  });
});

describe('a flow of states', () => {
  it('that is paused finishes what is under way, begins and reads nothing more, and goes on when it may', async () => {
    const set = new SetControls();
    const { world, clock, member, calls, send, reported } = await flowOf({
      controls: set,
      batchSize: () => 1,
    });
    world.assignAll();
    send('a', 'b');
    while (calls.length === 0) await clock.pass(1);
    expect(calls).toHaveLength(1);
    set.set({ paused: true });
    const read = member.position(0);
    send('c');
    await clock.pass(60_000);
    expect([calls.length, reported()]).toEqual([1, ['a applied']]);
    expect(member.position(0)).toBe(read);
    set.set({ paused: false });
    await clock.pass(60_000);
    expect(reported()).toEqual(['a applied', 'b applied', 'c applied']);
  });

  it('has no more at once, and no more in a batch, than was set', async () => {
    const set = new SetControls();
    set.set({ batchMax: 2, concurrencyMax: 1 });
    const { world, clock, calls, send } = await flowOf({ controls: set, concurrency: () => 5 });
    send('a', 'b', 'c', 'd');
    world.assignAll();
    await clock.pass(60_000);
    expect(calls.map(({ keys }) => keys.length)).toEqual([2, 2]);
    expect(calls[1]!.at - calls[0]!.at).toBeGreaterThanOrEqual(100);
    set.set({ batchMax: 50, concurrencyMax: null });
    send('e', 'f', 'g');
    await clock.pass(60_000);
    expect(calls.slice(2).flatMap(({ keys }) => keys)).toEqual(['e', 'f', 'g']);
  });
});

describe('a flow of documents', () => {
  it('that is paused begins none, and what was read is handled in its order when it goes on', async () => {
    const set = new SetControls();
    set.set({ paused: true });
    const world = new World<Plain>({
      seed: 1,
      contract: plains,
      partitions: 1,
      start: (context) =>
        runDocuments<Plain>(
          { ...context, controls: set },
          {
            name: 'plains',
            contract: plains,
            mode: 'on',
            concurrency: () => 2,
            settleMs: 1_000,
            probe: () => Promise.resolve(),
            handle: () => Promise.resolve({ status: 'applied' }),
          },
        ),
    });
    await world.begin();
    world.assignAll();
    for (const text of ['a1', 'a2']) world.broker.append(plains, 'a', { key: 'a', text });
    await world.clock.pass(60_000);
    expect(world.broker.values(outcomes)).toEqual([]);
    set.set({ paused: false });
    await world.clock.pass(60_000);
    expect(world.broker.values(outcomes).map(({ offset }) => offset)).toEqual([0, 1]);
  });
});
