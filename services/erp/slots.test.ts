/** Real: the driver. Double: the server. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { dropUnusedSlot, listSlots } from './slots.ts';
import { PostgresDouble, refusal } from './testing/postgres-double.ts';
import { until } from './testing/until.ts';

let server: PostgresDouble;
const kept = { retainedBytes: 9, unreadBytes: 4, openSince: 1_772_000_000_000, failover: true };
const slot = { database: 'erp', plugin: 'pgoutput', isRead: false, isHere: true, ...kept };
beforeEach(async () => {
  server = (await PostgresDouble.start())
    .on(/order by slot_name/, [
      { name: 'cartage', ...slot, isRead: true },
      { name: 'elsewhere', ...slot, isHere: false },
      { name: 'old', ...slot },
      { name: 'other', ...slot, isRead: true },
      { name: 'standby', ...slot, plugin: null, database: null, isHere: null },
    ])
    .on(/pg_drop_replication_slot/, [{ done: '' }]);
});
afterEach(() => server.stop());

const drop = (name: string, dryRun = false) => dropUnusedSlot(server.connection, 'cartage', name, dryRun);
const dropped = () => server.values.filter((values) => values.length > 0);

it('slots are listed with what may become of them', async () => {
  const slots = await listSlots(server.connection, 'cartage');
  expect(slots.map(({ name, use }) => [name, use])).toEqual([
    ['cartage', 'configured'],
    ['elsewhere', 'foreign'],
    ['old', 'unused'],
    ['other', 'read'],
    ['standby', 'foreign'],
  ]);
  expect(slots[2]).toEqual({
    name: 'old',
    database: 'erp',
    plugin: 'pgoutput',
    isRead: false,
    ...kept,
    use: 'unused',
  });
  await until(() => server.sockets.size === 0);
});

describe('a slot is dropped', () => {
  it('where nobody uses it, and not when that is only tried', async () => {
    expect(await drop('old', true)).toMatchObject({ name: 'old', use: 'unused' });
    expect(dropped()).toEqual([]);
    expect(await drop('old')).toMatchObject({ name: 'old' });
    expect(dropped()).toEqual([['old']]);
  });

  it.each([
    ['cartage', 'the one of erp.slot'],
    ['other', 'somebody reads it'],
    ['standby', 'of another database'],
    ['gone', undefined],
  ])('never otherwise: %s', async (name, why) => {
    await expect(drop(name)).rejects.toMatchObject({
      name: 'Rejected',
      fault: { code: 'slots.in_use', ...(why && { why: expect.stringContaining(why) }) },
    });
    expect(dropped()).toEqual([]);
  });
});

it('a database that refuses says so', async () => {
  server.on(/order by slot_name/, refusal('42501'));
  await expect(listSlots(server.connection, 'cartage')).rejects.toMatchObject({
    fault: { code: 'erp.right_missing', what: expect.stringContaining('slots') },
  });
  await until(() => server.sockets.size === 0);
});
