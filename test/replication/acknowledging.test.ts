/**
 * Real server, real slots. What is promised: an acknowledgement is exact, and a reader that ends anywhere loses nothing.
 * Random parts print their seed.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseLsn } from '../../services/erp/replication/lsn.ts';
import { slotLag } from '../../services/erp/replication/slot-lag.ts';
import { readTransactions, testDatabase, until } from './database.ts';
import type { TestDatabase } from './database.ts';

let database: TestDatabase;

beforeEach(async () => {
  database = await testDatabase();
  await database.run('create table item (id int primary key); create table noise (id int)');
  await database.publish('item');
});
afterEach(() => database.drop());

async function logPosition(): Promise<bigint> {
  const { rows } = await database.pool.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn');
  return parseLsn(rows[0]!.lsn);
}

const confirmed = async () => (await database.slotState()).confirmedLsn!;

async function lastTransactionOf(log: Awaited<ReturnType<TestDatabase['open']>>) {
  return (await readTransactions(log, 1)).at(-1)!;
}

describe('an idle slot', () => {
  it('may be moved with the server while other tables write, so that the log does not grow, and does not move by itself', async () => {
    const log = await database.open();
    const before = await confirmed();
    await database.run('insert into noise select generate_series(1, 1000)');
    const written = await logPosition();
    expect(written).toBeGreaterThan(before);
    await until(() => log.position().reached >= written);
    expect(await confirmed()).toBe(before);
    const { reached } = log.position();
    log.acknowledge(reached);
    await until(async () => (await confirmed()) >= written);
    await until(async () => (await confirmed()) === reached);
    await log.close();
  });

  it('does not move past a transaction that is not acknowledged', async () => {
    const log = await database.open();
    await database.run('insert into item values (1)');
    const { endLsn, commitLsn } = await lastTransactionOf(log);
    await database.run('insert into noise select generate_series(1, 1000)');
    const written = await logPosition();
    // The server has told us of the later position, and we have answered at least once after that.
    await until(() => log.position().walEnd >= written);
    expect(log.position().reached).toBeLessThanOrEqual(commitLsn);
    expect(await confirmed()).toBeLessThanOrEqual(commitLsn);
    log.acknowledge(endLsn!);
    expect(log.position().reached).toBeGreaterThanOrEqual(written);
    await log.close();
  });
});

describe('a slot that nobody reads', () => {
  it('keeps log, and the database says how much', async () => {
    const before = (await slotLag(database.pool, database.slot))!;
    await database.run('insert into noise select generate_series(1, 20000)');
    const after = (await slotLag(database.pool, database.slot))!;
    expect(after.unconfirmedBytes - before.unconfirmedBytes).toBeGreaterThan(1_000_000);
    // From the oldest transaction that was open at the confirmed position.
    expect(after.retainedBytes).toBeGreaterThanOrEqual(after.unconfirmedBytes);
    expect(await slotLag(database.pool, 'no_such_slot')).toBeNull();
  });
});

describe('an acknowledgement', () => {
  it('of one of two adjacent commits brings the other one again, and only that', async () => {
    const [first, second] = [await database.pool.connect(), await database.pool.connect()];
    const log = await database.open();
    let id = 0;
    const adjacent = async () => {
      for (const client of [first, second])
        await client.query(`begin; insert into item values (${(id += 1)})`);
      await Promise.all([first.query('commit'), second.query('commit')]);
      return readTransactions(log, 2);
    };
    let [a, b] = await adjacent();
    while (a!.endLsn !== b!.commitLsn) {
      log.acknowledge(b!.endLsn!);
      [a, b] = await adjacent();
    }
    log.acknowledge(a!.endLsn);
    await log.close();
    first.release();
    second.release();

    await until(async () => (await confirmed()) === a!.endLsn);
    const again = await lastTransactionOf(await database.open());
    expect(again.xid).toBe(b!.xid);
  });

  it('of a position behind all that was handed over is refused', async () => {
    const log = await database.open();
    await database.run('insert into item values (1)');
    const { endLsn } = await lastTransactionOf(log);
    expect(() => log.acknowledge(endLsn! + 1_000_000n)).toThrow('cannot be acknowledged');
    await log.close();
  });
});

describe('a reader that is killed at random points', () => {
  const total = 300;
  /** Then one lives to the end: an acknowledgement may never arrive when its reader is killed soon after. */
  const killedLives = 5;

  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

  it(`loses nothing, and keeps the order (seed ${seed})`, async () => {
    const random = generator(seed);
    const writing = writeAll(generator(seed + 1));
    const reader = new KilledReader(random);
    while (reader.acknowledgedId < total) await reader.liveOnce();
    await writing;
    expect(reader.kills).toBe(killedLives);
  });

  async function writeAll(random: () => number): Promise<void> {
    for (let id = 1; id <= total; id += 1) {
      await database.run(`insert into item values (${id})`);
      if (random() < 0.2) await database.run(`insert into noise values (${id})`);
    }
  }

  /** Each life reads on from where the last one left, acknowledges now and then, and is killed at some point. */
  class KilledReader {
    acknowledgedId = 0;
    kills = 0;
    readonly #random: () => number;

    constructor(random: () => number) {
      this.#random = random;
    }

    async liveOnce(): Promise<void> {
      await until(async () => (await database.slotState()).activePid === null);
      const log = await database.open();
      const killAfter = 1 + Math.floor(this.#random() * 60);
      const ids: number[] = [];
      let killed = false;
      try {
        for await (const part of log.transactions()) {
          ids.push(...part.changes.map((change) => Number(change.new!.id)));
          if (ids.length === 1) this.#checkFirst(ids[0]!);
          // What still comes out of its buffers reaches nobody.
          if (killed) continue;
          // The last one always: nothing would come after it to end this life.
          if (part.last && (ids.at(-1) === total || this.#random() < 0.3)) {
            log.acknowledge(part.endLsn);
            this.acknowledgedId = ids.at(-1)!;
          }
          if (this.acknowledgedId === total) break;
          if (ids.length !== killAfter || this.kills === killedLives) continue;
          killed = true;
          await killReader();
        }
      } catch (error) {
        expect(error).toMatchObject({ name: 'Unavailable', fault: { code: 'erp.unreachable' } });
        this.kills += 1;
      }
      await log.close();
      expect(ids).toEqual(ids.map((_id, index) => ids[0]! + index));
    }

    /** The server may know of fewer acknowledgements than we do, never of more. */
    #checkFirst(id: number): void {
      expect(id).toBeLessThanOrEqual(this.acknowledgedId + 1);
    }
  }

  const killReader = () =>
    database.run(
      `select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = '${database.slot}'`,
    );
});

/** mulberry32: small, seeded, good enough to choose moments. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
