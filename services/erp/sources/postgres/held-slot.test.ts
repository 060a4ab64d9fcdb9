/** Doubles: the log, the pool, whose idle connections end as a server says, and a clock that stands still. */
import { EventEmitter } from 'node:events';
import { expect, it } from '@jest/globals';
import type { ErpPool } from '../../pool.ts';
import type { ReplicationLog } from '../../replication/log.ts';
import { HeldSlot } from './held-slot.ts';

function held() {
  const pool = Object.assign(new EventEmitter(), {
    onCall: () => undefined,
    query: () => Promise.resolve({ rows: [{ heard_at: null, may_see: true }] }),
  });
  let closed = 0;
  const log = {
    sender: { pid: 1, timeoutMs: 60_000 },
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
