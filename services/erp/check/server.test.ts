import { describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { checkServer } from './server.ts';

const healthy = {
  version: 180_000,
  standby: false,
  wal_level: 'logical',
  encoding: 'UTF8',
  slots: 1,
  slots_max: 10,
  senders: 1,
  senders_max: 10,
  keep: '20GB',
  role: 'cartage',
  may_replicate: true,
  may_see_senders: true,
};

/** Codes of what is not well on a server that answers so. */
async function badOf(changes: Partial<Record<keyof typeof healthy, unknown>>, hasSlot = false) {
  const query = () => Promise.resolve({ rows: [{ ...healthy, ...changes }] });
  const findings = await checkServer({ query } as unknown as pg.ClientBase, hasSlot);
  return findings.filter(({ level }) => level !== 'ok').map(({ code }) => code);
}

describe('a database server', () => {
  it('that has all that is needed is well', async () => {
    expect(await badOf({})).toEqual([]);
  });

  it('that is too old is told that alone, whatever else it lacks', async () => {
    expect(await badOf({ version: 120_017, keep: null, wal_level: 'replica' })).toEqual(['erp.version']);
    expect(await badOf({ version: 130_000 })).toEqual([]);
  });

  it.each([
    ['erp.standby', { standby: true }],
    ['erp.wal_level', { wal_level: 'replica' }],
    ['erp.encoding', { encoding: 'SQL_ASCII' }],
    ['erp.slots', { slots: 10 }],
    ['erp.replication_right', { may_replicate: false }],
    ['erp.slot_sight', { may_see_senders: false }],
    ['erp.slot_limit', { keep: '-1' }],
  ])('is told %s', async (code, changes) => {
    expect(await badOf(changes)).toEqual([code]);
  });

  it('needs no further slot where ours is among the used ones', async () => {
    expect(await badOf({ slots: 10, senders: 10 }, true)).toEqual([]);
  });
});
