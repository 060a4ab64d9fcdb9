/**
 * What every source of changes must do, whatever it is and whatever is asked: the ingester's loop over the real thing.
 * Asserted is what stands on the topic in the end, and that nothing was published twice that had not changed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect } from '@jest/globals';
import { cursors, refresh, stock } from '../../schemas/topics.ts';
import type { Stock } from '../../schemas/types.ts';
import { checkConfiguredErp } from '../../services/erp/check-configured.ts';
import { erpSection } from '../../services/platform/config/sections/erp.ts';
import type { Bus } from '../../services/platform/kafka/types.ts';
import type { SimulatedBroker } from '../../services/platform/flow/testing/broker.ts';
import { Random } from '../../services/platform/flow/testing/random.ts';
import { itWith } from '../deploy/programs.ts';
import type { Program } from '../deploy/programs.ts';
import { Life, newBroker } from './ingester-life.ts';
import { openConfigured } from './open-configured.ts';

/** An ERP with one stream of stock: one row per item, whose key is its number. */
export interface ErpUnderTest {
  /** Section `erp` of the configuration. */
  config: object;
  /** Where topics of others are read; left out where none are. */
  bus?: Pick<Bus, 'follow'>;
  /** How many pieces of an item there are; null takes the item away. */
  put(quantities: Readonly<Record<string, number | null>>): Promise<void>;
  /** Ends what a killed process has left open, as its operating system would. */
  sever(): Promise<void>;
  /** Makes changes that nobody will ever tell of, while nobody looks; undefined where that cannot be. */
  makeGap?(quantities: Readonly<Record<string, number | null>>): Promise<void>;
  remove(): Promise<void>;
}

/** By the cursor. */
const isLoaded = (broker: SimulatedBroker) =>
  broker
    .values(cursors)
    .at(-1)
    ?.streams.every(({ loading }) => loading === null) ?? false;

interface World {
  erp: ErpUnderTest;
  broker: SimulatedBroker;
  /** What the topic says last: quantity by SKU, without what is told as deleted. */
  told: () => Record<string, number>;
  begin: (diesAt?: number) => Life;
  until: (what: string, holds: () => boolean) => Promise<void>;
}

export function describeSource(name: string, needed: Program[], create: () => Promise<ErpUnderTest>): void {
  const isHere = needed.every(({ command }) => command !== null);
  const it = (what: string, body: () => Promise<void>) => itWith(needed, what, body);
  let world: World;
  let lives: Life[];
  const erps: ErpUnderTest[] = [];

  beforeEach(async () => {
    if (!isHere) return;
    lives = [];
    const erp = await create();
    erps.push(erp);
    world = worldOf(erp, lives);
  });
  afterEach(async () => {
    for (const life of lives ?? []) await life.stop();
  });
  afterAll(async () => {
    for (const erp of erps) await erp.remove();
  });

  describe(name, () => {
    it('is found well by the check, stream by stream', async () => {
      const { erp } = world;
      await erp.put({ A: 1, B: 2 });
      const findings = await checkConfiguredErp(erpSection.parse(erp.config));
      expect(findings.filter(({ level }) => level === 'fail')).toEqual([]);
      expect(findings.filter(({ level }) => level === 'ok').length).toBeGreaterThan(3);
    });

    it('loads what there is, then tells each change and each removal', async () => {
      const { erp, broker, told, begin, until } = world;
      await erp.put(Object.fromEntries(Array.from({ length: 25 }, (_, at) => [`A${at}`, at])));
      begin();
      await until('the first load', () => Object.keys(told()).length === 25);
      await erp.put({ A1: 100, A2: 200, B: 5 });
      await until('the changes', () => told().A1 === 100 && told().A2 === 200 && told().B === 5);
      await erp.put({ A3: null });
      await until('the removal', () => !('A3' in told()));
      expect(told().A4).toBe(4);
      expect(new Set(valuesOf(broker)).size).toBe(valuesOf(broker).length);
    });

    it('goes on where it stopped, and says nothing again', async () => {
      const { erp, broker, told, begin, until } = world;
      await erp.put({ A: 1, B: 2 });
      const first = begin();
      await until('the first load', () => Object.keys(told()).length === 2);
      await erp.put({ A: 3 });
      await until('the change', () => told().A === 3);
      await until('the cursor', () => isLoaded(broker));
      await first.stop();
      await erp.put({ B: 4, C: 5 });
      begin();
      await until('what changed meanwhile', () => told().B === 4 && told().C === 5);
      expect(broker.values(stock).filter(({ sku }) => sku === 'A')).toHaveLength(2);
      expect(new Set(broker.values(cursors).map(({ epoch }) => epoch))).toEqual(new Set([1]));
    });

    it('loses nothing, killed anywhere', async () => {
      const { erp, told, begin, until } = world;
      const random = new Random(7);
      const truth: Record<string, number> = {};
      for (let round = 0; round < 6; round += 1) {
        const life = begin(1 + Math.floor(random.next() * 6));
        const changes: Record<string, number | null> = {};
        for (let change = 0; change < 5; change += 1)
          changes[`K${Math.floor(random.next() * 8)}`] = random.chance(0.2)
            ? null
            : Math.floor(random.next() * 1_000);
        await erp.put(changes);
        for (const [sku, quantity] of Object.entries(changes))
          if (quantity === null) delete truth[sku];
          else truth[sku] = quantity;
        await Promise.race([life.died.promise, delay(400)]);
        life.kill();
        await erp.sever();
      }
      begin();
      await until('the truth', () => same(told(), truth));
    });

    it('publishes what is asked for again, also when it has not changed', async () => {
      const { erp, broker, told, begin, until } = world;
      await erp.put({ A: 1, B: 2 });
      const life = begin();
      await until('the first load', () => Object.keys(told()).length === 2);
      await until('the loop', () => isLoaded(broker));
      await life.listening;
      const request = {
        topic: stock.topic,
        key: 'main/A',
        reason: 'test',
        requestedBy: 'test',
        requestedAt: Date.now(),
      };
      const times = () => broker.values(stock).filter(({ sku }) => sku === 'A').length;
      const before = times();
      broker.append(refresh, 'main/A', { ...request, notBefore: null } as never);
      await until('the answer', () => times() === before + 1);
    });

    it('is set back without harm', async () => {
      const { erp, broker, told, begin, until } = world;
      await erp.put({ A: 1 });
      const first = begin();
      await until('the first load', () => told().A === 1);
      await until('the cursor', () => isLoaded(broker));
      const early = broker.values(cursors).at(-1)!;
      for (const quantity of [2, 3, 4]) {
        await erp.put({ A: quantity });
        await until(`${quantity}`, () => told().A === quantity);
      }
      await first.stop();
      const before = valuesOf(broker).length;
      broker.append(cursors, cursors.key(early), early);
      begin();
      await erp.put({ B: 9 });
      await until('what comes next', () => told().B === 9);
      expect(valuesOf(broker)).toHaveLength(before + 1);
    });

    it('loads anew after a gap, and says so by its epoch or by the truth', async () => {
      const { erp, broker, told, begin, until } = world;
      if (erp.makeGap === undefined) return;
      await erp.put({ A: 1, B: 2 });
      const first = begin();
      await until('the first load', () => Object.keys(told()).length === 2);
      await until('the cursor', () => isLoaded(broker));
      await first.stop();
      await erp.makeGap({ A: 7, B: null });
      begin();
      await until('the truth', () => same(told(), { A: 7 }));
    });
  });
}

function worldOf(erp: ErpUnderTest, lives: Life[]): World {
  const broker = newBroker();
  const told = () => {
    const newest = new Map<string, Stock>();
    for (const value of broker.values(stock)) newest.set(value.sku, value);
    return Object.fromEntries(
      [...newest.values()]
        .filter(({ deleted }) => !deleted)
        .map(({ sku, quantity }) => [sku, Number(quantity)]),
    );
  };
  const until = async (what: string, holds: () => boolean) => {
    const endsAt = performance.now() + 120_000;
    while (!holds()) {
      if (performance.now() > endsAt) {
        const lines = lives.flatMap((life) => life.lines).slice(-8);
        throw new Error(
          `In vain waited for ${what}. Told: ${JSON.stringify(told())}\n${lines.map(textOf).join('\n')}`,
        );
      }
      await delay(25);
    }
  };
  const begin = (diesAt?: number) => {
    const life = new Life({
      broker,
      erp: openConfigured(erp.config, erp.bus),
      ...(diesAt !== undefined && { diesAt }),
    });
    lives.push(life);
    return life;
  };
  return { erp, broker, told, begin, until };
}

/** Each record that was published, by what it says. */
const valuesOf = (broker: SimulatedBroker) =>
  broker.values(stock).map(({ sku, quantity, deleted }) => `${sku} ${quantity} ${deleted}`);

const same = (left: object, right: object) => JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
const sorted = (tree: object) => Object.entries(tree).toSorted(([a], [b]) => (a < b ? -1 : 1));
const textOf = ({ message, fields }: { message: string; fields: object }) =>
  `${message} ${JSON.stringify(fields)}`;
