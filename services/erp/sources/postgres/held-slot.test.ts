/** Doubles: the log, the pool, whose idle connections end as a server says, and a clock that stands still. */
import { EventEmitter } from 'node:events';
import { expect, it } from '@jest/globals';
import type { ErpPool } from '../../pool.ts';
import type { ReplicationLog } from '../../replication/log.ts';
import { HeldSlot } from './held-slot.ts';

function held(transactions: object[] = []) {
  const pool = Object.assign(new EventEmitter(), {
    onCall: () => undefined,
    query: () => Promise.resolve({ rows: [{ heard_at: null, may_see: true }] }),
  });
  let closed = 0;
  const log = {
    sender: { pid: 1, timeoutMs: 60_000 },
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
    place: { position: '0/10', slot: 'cartage', systemId: '7/1', tables: null },
    gaps: [],
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
    messages: { warn: () => undefined } as never,
  });
  return { slot, pool, closed: () => closed };
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
    ['0/100', 0x130, '0/130'],
  ]);
  await slot.close();
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
