import { describe, expect, it } from '@jest/globals';
import { VirtualClock } from '../../../platform/flow/testing/virtual-clock.ts';
import type { FollowOptions } from '../../../platform/kafka/types.ts';
import { ChangesLost } from '../change-source.ts';
import type { ChangePart, Gap, OpenSource, Place } from '../change-source.ts';
import { DebeziumSource } from './debezium-source.ts';
import type { Proof } from '../../mysql/proof.ts';
import type { TablesNow } from './watched-database.ts';

const fault = { code: 'erp.identity', what: 'Lacks the old row', fix: 'Mend it' };

/** Topics and a database that a test plays. */
class World {
  readonly clock = new VirtualClock();
  readonly log: string[] = [];
  readonly followed = new Map<string, FollowOptions>();
  readonly gaps: Gap[] = [];
  system = 'one';
  now: TablesNow = { states: new Map([['item', 'a']]), deaf: new Map() };
  topics = new Map([['item', 'erp.item']]);
  againAfterMs: number | null = null;
  proof: Proof = 'none';
  refused: Error | null = null;

  async open(known: Place | null = null): Promise<OpenSource> {
    const source = new DebeziumSource({
      clock: this.clock,
      againAfterMs: this.againAfterMs,
      proof: this.proof,
      topics: this.topics,
      database: {
        identify: async () => {
          await Promise.resolve();
          if (this.refused) throw this.refused;
          return this.system;
        },
        look: () => Promise.resolve(this.now),
      },
      lease: {
        take: () =>
          Promise.resolve({
            fence: { isCurrent: () => true },
            fallsWithinMs: 0,
            watch: () => new Promise<void>(() => undefined),
            release: () => Promise.resolve(void this.log.push('released')),
          }),
      },
      bus: {
        follow: (topic, options) => {
          this.followed.set(topic, options);
          this.log.push(`${topic} from ${JSON.stringify(options.from?.offsets ?? 'its end')}`);
          return Promise.resolve({
            place: { topicId: 'id', offsets: options.from?.offsets ?? { 0: 100 } },
            caughtUp: Promise.resolve(),
            stop: () => Promise.resolve(void this.log.push('stopped')),
          });
        },
      },
      onClose: () => Promise.resolve(),
    });
    return source.open(known, (gap) => Promise.resolve(void this.gaps.push(gap)));
  }

  /** A record of the topic. */
  put(offset: number, value: unknown, topic = 'erp.item'): void {
    const record = { partition: 0, offset, value };
    this.followed.get(topic)!.onRecord(record as never);
  }
}

const record = (op: string, id: number, txId: number | null = 7, snapshot = 'false') => ({
  before: null,
  after: { id: String(id) },
  op,
  source: { txId, snapshot, ts_ms: 5 },
});

/** What comes of it until nothing more does: changes with their mark, and what is read then. */
async function toldBy(world: World, source: OpenSource, ms = 0): Promise<string[]> {
  const told: string[] = [];
  const reading = (async () => {
    for await (const { mark, changes, end } of source.parts()) {
      const rows = changes.map(({ kind, new: row }) => `${kind} ${row?.id ?? '*'}`);
      const offsets = (JSON.parse(end ?? '{}') as Record<string, { offsets: object }>).item?.offsets;
      told.push(`${mark}: ${rows.join(', ')}${end === null ? '' : ` until ${JSON.stringify(offsets)}`}`);
    }
  })();
  await world.clock.pass(ms + 1);
  await source.close();
  await world.clock.pass(1);
  await reading;
  return told;
}

describe('topics of Debezium', () => {
  it('are read from their end at first, and later from where the cursor stands', async () => {
    const world = new World();
    const source = await world.open();
    expect([world.log, source.gaps]).toEqual([['erp.item from "its end"'], []]);
    world.put(100, record('u', 1));
    world.put(101, record('c', 2));
    world.put(102, null);
    world.put(103, record('d', 3, 8));
    const told = await toldBy(world, source);
    expect(told).toEqual(['7: update 1, insert 2', '8: delete 3 until {"0":104}']);
    const position = JSON.stringify({ item: { topic: 'erp.item', topicId: 'id', offsets: { 0: 104 } } });
    const again = await world.open({ ...source.place, position });
    expect([world.log.at(-1), again.gaps]).toEqual(['erp.item from {"0":104}', []]);
  });

  it('count as read when what stood on them told nothing', async () => {
    const world = new World();
    const source = await world.open();
    world.put(100, null);
    expect(await toldBy(world, source)).toEqual(['seen:  until {"0":101}']);
  });

  it('of a database that names no transaction are told twice, and read only then', async () => {
    const world = new World();
    world.againAfterMs = 2_000;
    const source = await world.open();
    world.put(100, record('u', 1, null));
    expect(await toldBy(world, source, 2_000)).toEqual(['seen: update 1', 'seen: update 1 until {"0":101}']);
  });

  it('of a database that proves what it shows are told once, many with the last place of its log', async () => {
    const world = new World();
    world.proof = 'position';
    const source = await world.open();
    const at = (pos: string, op = 'u') => {
      const told = record(op, 1, null);
      return { ...told, source: { ...told.source, file: 'log.000001', pos } };
    };
    world.put(100, at('70'));
    world.put(101, at('90'));
    world.put(102, record('r', 2, null, 'incremental'));
    expect(await toldBy(world, source)).toEqual([
      'log.000001:90: update 1, update 1',
      'seen: insert 2 until {"0":103}',
    ]);
  });

  it('that do not say where they stand in the log leave their table unheard, until they do', async () => {
    const world = new World();
    world.proof = 'gtid';
    const source = await world.open();
    world.put(100, record('u', 1, null));
    expect(await toldBy(world, source)).toEqual(['seen: untold * until {"0":101}']);
    expect(source.deaf.get('item')).toMatchObject({ code: 'erp.debezium_proof' });
  });

  it('that tell rows as found lead to all keys, once, until they tell changes again', async () => {
    const world = new World();
    const source = await world.open();
    for (const [at, snapshot] of ['first', 'true', 'last'].entries())
      world.put(100 + at, record('r', at, 7, snapshot));
    world.put(103, record('u', 1));
    world.put(104, record('r', 1, 7, 'first'));
    expect(await toldBy(world, source)).toEqual([
      'seen: untold *',
      '7: update 1',
      'seen: untold * until {"0":105}',
    ]);
  });

  it('on which records were lost lead to all keys', async () => {
    const world = new World();
    const source = await world.open();
    world.followed.get('erp.item')!.onLost();
    expect(await toldBy(world, source)).toEqual(['seen: untold * until {"0":100}']);
  });

  it('with what is none of Debezium are unheard, until a record can be read', async () => {
    const world = new World();
    const source = await world.open();
    let heard = 0;
    void source.watch(new AbortController().signal, () => (heard += 1));
    world.put(100, { id: '1' });
    world.followed.get('erp.item')!.onUndecodable({ partition: 0, offset: 101 } as never);
    const parts = source.parts()[Symbol.asyncIterator]();
    const { value } = await parts.next();
    expect([(value as ChangePart).changes, (value as ChangePart).end === null]).toMatchObject([
      [{ kind: 'untold' }],
      false,
    ]);
    expect([source.deaf.get('item')?.code, heard]).toEqual(['erp.debezium_record', 1]);
    world.put(102, record('u', 1));
    await parts.next();
    expect([source.deaf.size, heard]).toEqual([0, 2]);
    await source.close();
  });

  it('are asked anew after another database, another topic, an altered table', async () => {
    const world = new World();
    const { place } = await world.open();
    world.now = { states: new Map([['item', 'b']]), deaf: new Map() };
    expect((await world.open(place)).gaps).toEqual([{ reason: 'columns of item changed', tables: ['item'] }]);
    world.topics = new Map([['item', 'erp.other']]);
    expect((await world.open(place)).gaps).toEqual([
      { reason: 'the topic of item was never read', tables: ['item'] },
    ]);
    world.system = 'two';
    const { gaps } = await world.open(place);
    expect(gaps).toEqual([expect.objectContaining({ tables: null })]);
    expect(world.log.at(-1)).toBe('erp.other from "its end"');
    // Before it was opened.
    expect(world.gaps).toHaveLength(3);
  });

  it('whose tables no longer carry the old row say so, and lead to all keys when altered', async () => {
    const world = new World();
    const source = await world.open();
    const found: (readonly Gap[])[] = [];
    void source.watch(new AbortController().signal, (gaps) => found.push(gaps));
    world.now = { states: new Map([['item', 'c']]), deaf: new Map([['item', fault]]) };
    await world.clock.pass(10_000);
    expect(found).toEqual([[{ reason: 'item was altered', tables: ['item'] }]]);
    expect([...source.deaf]).toEqual([['item', fault]]);
    expect(source.place.tables).toBe('{"item":"c"}');
    await world.clock.pass(20_000);
    expect(found).toHaveLength(1);
    await source.close();
  });

  /** Looks find these servers one after the other. */
  const watched = async (proof: Proof) => {
    const world = new World();
    world.proof = proof;
    const source = await world.open();
    const seen = { ended: null as unknown, gaps: [] as Gap[] };
    source
      .watch(new AbortController().signal, (gaps) => void seen.gaps.push(...gaps))
      .catch((error: unknown) => (seen.ended = error));
    const look = async (...systems: string[]) => {
      for (const system of systems) {
        world.system = system;
        await world.clock.pass(10_000);
      }
    };
    return { world, source, seen, look };
  };

  it('are opened anew where a place in the log is of a server that the address leads to no more', async () => {
    const { world, source, seen, look } = await watched('position');
    await look('one', 'one', 'two');
    world.refused = new Error('away');
    await look('two', 'two');
    world.refused = null;
    await look('two');
    expect([seen.ended, source.deaf.size]).toEqual([null, 0]);
    await look('two');
    expect(seen.ended).toBeInstanceOf(ChangesLost);
    expect(seen.ended).toMatchObject({ fault: { code: 'erp.other_database' } });
    await source.close();
  });

  it.each([
    ['one', 'two', 'one'],
    ['two', 'three', 'two'],
  ])(
    'are unheard, and never opened anew, while the address leads to %s, %s, %s in turn',
    async (...systems) => {
      const { source, seen, look } = await watched('position');
      for (let round = 0; round < 20; round += 1) await look(...systems);
      expect(source.deaf.get('item')).toMatchObject({
        code: 'erp.proof',
        fix: expect.stringMatching(/one server/),
      });
      expect([seen.ended, seen.gaps.length]).toEqual([null, 1]);
      await look(...Array.from({ length: 30 }, () => 'one'));
      expect([seen.ended, source.deaf.size]).toEqual([null, 0]);
      expect(seen.gaps[1]).toMatchObject({ tables: ['item'] });
      await source.close();
    },
  );

  it.each(['none', 'gtid'] as const)('by proof %s are of any server that answers', async (proof) => {
    const { source, seen, look } = await watched(proof);
    await look('two', 'two', 'two', 'two', 'one', 'two');
    expect([seen.ended, source.deaf.size, seen.gaps]).toEqual([null, 0, []]);
    await source.close();
  });

  it('lead to all keys as the server ceases to prove what answers contain, and as it proves it again', async () => {
    const { world, source, seen, look } = await watched('gtid');
    const { states } = world.now;
    world.now = { states, deaf: new Map([['item', { ...fault, code: 'erp.proof' }]]) };
    await look('one', 'one');
    expect(seen.gaps).toMatchObject([{ tables: ['item'] }]);
    world.now = { states, deaf: new Map() };
    await look('one', 'one');
    expect(seen.gaps).toMatchObject([{ tables: ['item'] }, { tables: ['item'] }]);
    await source.close();
  });

  it('are given back when the database cannot be asked', async () => {
    const world = new World();
    world.refused = new Error('away');
    await expect(world.open()).rejects.toThrow('away');
    expect(world.log).toEqual(['released']);
  });
});
