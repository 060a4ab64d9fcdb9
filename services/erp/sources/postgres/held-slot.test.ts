/** Doubles: the log, the pool, whose idle connections end as a server says, and a clock that stands still. */
import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { ErpPool } from '../../pool.ts';
import type { ReplicationLog } from '../../replication/log.ts';
import { HeldSlot } from './held-slot.ts';
import { SeenLog } from './turn.ts';

function held(transactions: object[] = [], { position = '0/10', confirmed = 0x10n, reached = 0x10n } = {}) {
  let setBack = 0;
  const pool = Object.assign(new EventEmitter(), {
    onCall: () => undefined,
    query: () => Promise.resolve({ rows: [{ heard_at: null, may_see: true }] }),
  });
  let closed = 0;
  const seen = new SeenLog();
  const log = {
    sender: { pid: 1, timeoutMs: 60_000 },
    position: () => ({ confirmed, reached }),
    acknowledge: () => undefined,
    async *transactions() {
      await Promise.resolve();
      yield* transactions;
    },
    close: () => {
      closed += 1;
      return Promise.resolve();
    },
  };
  const slot = new HeldSlot({
    log: log as unknown as ReplicationLog,
    place: { position, slot: 'cartage', systemId: '7/1', tables: null },
    gaps: [],
    hasTurned: false,
    seen,
    deaf: new Map(),
    look: () => Promise.reject(new Error('nobody looks')),
    pool: pool as unknown as ErpPool,
    clock: {
      now: () => 0,
      wait: (_ms, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted) resolve();
          else signal?.addEventListener('abort', () => resolve());
        }),
    },
    onUnreadable: () => undefined,
    onSetBack: () => (setBack += 1),
    messages: { warn: () => undefined } as never,
  });
  return { slot, seen, pool, closed: () => closed, setBack: () => setBack };
}

it('tells from which version on an answer shows a transaction, once its end is known', async () => {
  const part = { xid: 7, commitLsn: 0x100n, commitTime: new Date(5), changes: [] };
  const { slot } = held([
    { ...part, endLsn: null },
    { ...part, endLsn: 0x130n },
  ]);
  const parts = [];
  for await (const one of slot.parts()) parts.push(one);
  expect(parts.map(({ position, shownFrom, end }) => [position, shownFrom, end])).toEqual([
    ['0/100', undefined, null],
    ['0/100', 0x130, '0/130 after 7@0/130'],
  ]);
  await slot.close();
});

it('says with its place how far answers may have shown the log, of whatever time', () => {
  const { slot, seen } = held();
  seen.note(0x20n);
  seen.note(0x18n);
  expect(slot.place).toEqual({
    position: '0/10',
    slot: 'cartage',
    systemId: '7/1',
    tables: null,
    seenTo: '0/20',
  });
});

const said = (code: string) => Object.assign(new Error('said by the server'), { code, severity: 'FATAL' });

it('lets go of the log at once when the server says that it goes down, and publishes nothing more', async () => {
  const { slot, pool, closed } = held();
  const watching = slot.watch(new AbortController().signal, () => undefined);
  expect(slot.fence.isCurrent()).toBe(true);
  pool.emit('error', said('08006'));
  expect([slot.fence.isCurrent(), closed()]).toEqual([true, 0]);
  pool.emit('error', said('57P01'));
  expect([slot.fence.isCurrent(), closed()]).toEqual([false, 1]);
  await watching;
  await slot.close();
  expect(pool.listenerCount('error')).toBe(0);
});

describe('the last transaction that was published', () => {
  const place = '0/140 after 7@0/130';
  const transaction = (xid: number, endLsn: bigint) => ({
    xid,
    commitLsn: endLsn - 0x10n,
    commitTime: new Date(5),
    changes: [],
    endLsn,
  });
  const read = async ({ slot }: ReturnType<typeof held>) => {
    const read: (string | null)[] = [];
    for await (const { end } of slot.parts()) read.push(end);
    return read;
  };

  it.each([
    ['comes again after a crash of the server', [transaction(6, 0x120n), transaction(7, 0x130n)], 0x50n],
    ['does not, where the slot is behind it', [transaction(8, 0x180n)], 0x130n],
  ])('%s, and all goes on', async (_name, transactions, confirmed) => {
    const one = held(transactions, { position: place, confirmed, reached: 0x200n });
    expect(await read(one)).toHaveLength(transactions.length);
    expect([one.setBack(), one.slot.idlePosition()]).toEqual([0, '0/200 after 7@0/130']);
    await one.slot.close();
  });

  it('is missing in a database that was set back, whatever stands in its place', async () => {
    const others = [transaction(6, 0x120n), transaction(8, 0x130n), transaction(9, 0x180n)];
    const one = held(others, { position: place, confirmed: 0x50n });
    await expect(read(one)).rejects.toMatchObject({ fault: { code: 'erp.set_back' } });
    expect(one.setBack()).toBe(1);
    await one.slot.close();
  });

  it('is missing too where nothing that is watched was written since', async () => {
    const one = held([], { position: place, confirmed: 0x50n, reached: 0x12fn });
    expect([one.slot.idlePosition(), one.setBack(), one.closed()]).toEqual([null, 0, 0]);
    const later = held([], { position: place, confirmed: 0x50n, reached: 0x130n });
    expect([later.slot.idlePosition(), later.setBack(), later.closed()]).toEqual([null, 1, 1]);
    await Promise.all([one.slot.close(), later.slot.close()]);
  });

  it('stays known while only other tables are written', async () => {
    const { slot } = held([], { position: place, confirmed: 0x140n, reached: 0x200n });
    slot.acknowledge('0/180 after 8@0/170');
    expect(slot.idlePosition()).toBe('0/200 after 8@0/170');
    slot.acknowledge('0/200');
    expect(slot.idlePosition()).toBeNull();
    await slot.close();
  });
});
