/**
 * What flows take for granted of a broker and of the bus in front of it. The same cases run against the real broker
 * and against the simulated one, so that what is proved over simulated time can be believed.
 * Real or simulated: all behind the driver. Asserted: what a reader is given, told and allowed.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Contract } from '../../../../schemas/topics.ts';
import type { Stock } from '../../../../schemas/types.ts';
import type { Bus, Received, Subscription, Undecodable } from '../../kafka/types.ts';
import { Notes } from './notes.ts';

export interface SuiteProcess {
  bus: Bus;
  /** The network is cut, for longer than a session: the process lives and is heard no more. */
  cutOff(): void;
}

export interface BrokerDriver {
  /** A topic of its own for this case, with the schema of `erp.stock`. */
  topic: Contract<Stock>;
  group: string;
  start(): Promise<SuiteProcess>;
  /** Bytes that fit no schema. */
  putUndecodable(): Promise<void>;
  /** What the group has stored for partition 0, while nobody is a member of it. */
  setStored(offset: number, metadata: string): Promise<void>;
  /** The same, as kafkajs leaves an offset that was out of range. */
  loseOffset(): Promise<void>;
  recreateTopic(): Promise<void>;
  /** What the group has stored outlives the topic; Kafka forgets it with the topic, in a while. */
  keepsOffsets: boolean;
  /** Time passes until the work has ended. */
  during<Result>(work: Promise<Result>): Promise<Result>;
  /** Time passes until it holds; throws with `what` when it never does. */
  until(what: string, holds: () => boolean): Promise<void>;
  close(): Promise<void>;
}

const sessionTimeoutMs = 3_000;
const numberOf = (record: Received<never> | Undecodable) =>
  'undecodable' in record ? null : (record.value as unknown as Stock | null)?.version.number;

function stockOf(sku: string, number: number): Stock {
  const fixed = { source: 'WH', occurredAt: null, sourceKey: '{}', quantity: '1.0000' };
  return {
    ...fixed,
    sku,
    version: { epoch: 1, number },
    sellable: true,
    deleted: false,
    twin: null,
    backorders: null,
    buffer: null,
  };
}

export function brokerSuite(name: string, open: (partitions: number) => Promise<BrokerDriver>): void {
  let driver: BrokerDriver;
  let process: SuiteProcess;

  const subscribe = (notes: Notes, by = process): Promise<Subscription> =>
    driver.during(
      by.bus.subscribe({
        contracts: [driver.topic as unknown as Contract<never>],
        group: driver.group,
        sessionTimeoutMs,
        open: notes.open,
      }),
    );
  const publish = async (sku: string, ...numbers: number[]) => {
    for (const number of numbers)
      await driver.during(process.bus.publish(driver.topic, { value: stockOf(sku, number) }));
  };
  const ready = (subscription: Subscription) => driver.until('its partitions', () => subscription.ready());
  const has = (notes: Notes, count: number) =>
    driver.until(`${count} records`, () => notes.records.length >= count);
  /** Somebody reads and claims ten records, has finished the first four, and leaves as `notes` says. */
  const predecessor = async (notes: Notes) => {
    await publish('A', 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    const subscription = await subscribe(notes);
    await has(notes, 10);
    await driver.during(notes.first.lease.claim(9));
    notes.first.lease.finish(4);
    notes.first.lease.finish(2);
    return subscription;
  };
  const successor = async (count: number) => {
    const notes = new Notes();
    const subscription = await subscribe(notes);
    await ready(subscription);
    await has(notes, count);
    await driver.during(subscription.stop());
    const { start, claimed, catchUpTo, clean, allInDoubt } = notes.first.lease;
    const doubt = allInDoubt ? { allInDoubt } : {};
    return { start, claimed, catchUpTo, clean, ...doubt, first: notes.records[0]?.offset };
  };

  describe(`${name}: one partition`, () => {
    beforeEach(async () => {
      driver = await open(1);
      process = await driver.start();
    });
    afterEach(() => driver.close());

    it('keeps the order in which a key was published, tombstones and unreadable bytes in their places', async () => {
      await publish('A', 1, 2);
      await driver.during(process.bus.tombstone(driver.topic, 'WH/A'));
      await driver.putUndecodable();
      await publish('A', 3);
      const notes = new Notes();
      const subscription = await subscribe(notes);
      await has(notes, 5);
      expect(notes.records.map(numberOf)).toEqual([1, 2, undefined, null, 3]);
      expect(notes.records.map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4]);
      await driver.during(subscription.stop());
    });

    it('is begun at its earliest record by a group that never was, which reads to the end before it writes', async () => {
      await publish('A', 0, 1, 2);
      expect(await successor(3)).toEqual({ start: 0, claimed: 0, catchUpTo: 3, clean: true, first: 0 });
    });

    it('is taken over where the predecessor had finished, with what it had claimed, clean when it left so', async () => {
      const subscription = await predecessor(new Notes());
      await driver.during(subscription.stop());
      expect(await successor(6)).toEqual({ start: 4, claimed: 10, catchUpTo: 10, clean: true, first: 4 });
    });

    it('is not taken over clean from a reader that cannot say so', async () => {
      const unsure = new Notes();
      unsure.isClean = false;
      const subscription = await predecessor(unsure);
      await driver.during(subscription.stop());
      expect(await successor(6)).toEqual({ start: 4, claimed: 10, catchUpTo: 10, clean: false, first: 4 });
    });

    it('is lost by a process that is cut off: it claims nothing more, and what it had claimed is told as open', async () => {
      const lost = new Notes();
      await predecessor(lost);
      process.cutOff();
      process = await driver.start();
      await driver.until('the end of its lease', () => !lost.first.lease.isCurrent());
      await expect(driver.during(lost.first.lease.claim(9))).rejects.toMatchObject({ name: 'LeaseLost' });
      const { claimed, clean, start } = await successor(6);
      // The last finished offset may not have been stored any more.
      expect([claimed, clean, start <= 4]).toEqual([10, false, true]);
    });

    it('is read to its end first where an operator has set the offset', async () => {
      await publish('A', 0, 1, 2, 3);
      await driver.setStored(1, '');
      expect(await successor(3)).toEqual({ start: 1, claimed: 1, catchUpTo: 4, clean: true, first: 1 });
    });

    it('may have been in work up to its end where what was stored cannot be read', async () => {
      await publish('A', 0, 1, 2, 3);
      await driver.setStored(1, '{"from":"another version"}');
      expect(await successor(3)).toEqual({ start: 1, claimed: 4, catchUpTo: 4, clean: false, first: 1 });
    });

    it('may have been in work as a whole where the offset was lost', async () => {
      await publish('A', 0, 1, 2, 3);
      await driver.loseOffset();
      const whole = { start: 0, claimed: 4, catchUpTo: 4, first: 0 };
      expect(await successor(4)).toEqual({ ...whole, clean: false, allInDoubt: true });
    });

    it('that was recreated is read from its beginning, and what was begun for the old one may be of any key', async () => {
      const unsure = new Notes();
      unsure.isClean = false;
      const subscription = await predecessor(unsure);
      await driver.during(subscription.stop());
      await driver.recreateTopic();
      await publish('A', 20, 21);
      const whole = { start: 0, catchUpTo: 2, first: 0 };
      const doubt = driver.keepsOffsets ? { clean: false, allInDoubt: true } : {};
      expect(await successor(2)).toMatchObject({ ...whole, ...doubt });
    });

    it('rests while its reader is full, and loses nothing', async () => {
      const notes = new Notes();
      notes.work = () => (notes.isFull = true);
      await publish('A', 0);
      const subscription = await subscribe(notes);
      await has(notes, 1);
      await publish('A', 1, 2, 3, 4, 5, 6, 7, 8);
      await driver.during(notes.first.lease.claim(notes.records.length - 1));
      expect(notes.records.length).toBeLessThan(9);
      notes.work = () => undefined;
      notes.isFull = false;
      await has(notes, 9);
      expect(notes.records.map(numberOf)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
      await driver.during(subscription.stop());
    });
  });

  describe(`${name}: several partitions`, () => {
    beforeEach(async () => {
      driver = await open(4);
      process = await driver.start();
    });
    afterEach(() => driver.close());

    it('have one owner each, who is asked to close before the next one opens', async () => {
      const [first, second] = [new Notes(), new Notes()];
      const one = await subscribe(first);
      await driver.until('all partitions', () => one.leases().length === 4);
      const other = await driver.start();
      const two = await subscribe(second, other);
      await driver.until('two partitions each', () => one.leases().length === 2 && two.leases().length === 2);
      const held = [...one.leases(), ...two.leases()].map(({ partition }) => partition);
      expect(new Set(held)).toEqual(new Set([0, 1, 2, 3]));
      expect(held).toHaveLength(4);
      expect(first.taken.filter(({ lease }) => !lease.isCurrent()).every(({ lost }) => lost === false)).toBe(
        true,
      );
      for (let number = 0; number < 12; number += 1) await publish(`K${number}`, 1, 2, 3);
      await driver.until('all records', () => first.records.length + second.records.length >= 36);
      const byKey = new Map<string, unknown[]>();
      for (const record of [...first.records, ...second.records])
        byKey.set(record.key!, [...(byKey.get(record.key!) ?? []), numberOf(record)]);
      expect([...byKey.values()]).toEqual(Array.from({ length: 12 }, () => [1, 2, 3]));
      await driver.during(Promise.all([one.stop(), two.stop()]));
    });

    it('are read as a whole before it is said so, and then live', async () => {
      for (let number = 0; number < 20; number += 1) await publish(`K${number}`, number);
      await driver.during(process.bus.tombstone(driver.topic, 'WH/K7'));
      const known = new Map<string, number>();
      const reading = await driver.during(
        process.bus.readAll(driver.topic, {
          onRecord: ({ key, value }) =>
            void (value === null ? known.delete(key) : known.set(key, value.version.number)),
        }),
      );
      await driver.during(reading.caughtUp);
      expect([known.size, known.has('WH/K7')]).toEqual([19, false]);
      await publish('late', 99);
      await driver.until('the live record', () => known.get('WH/late') === 99);
      await driver.during(reading.stop());
    });
  });
}
