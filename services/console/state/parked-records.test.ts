import { Buffer } from 'node:buffer';
import { describe, expect, it } from '@jest/globals';
import type { Parked } from '../../../schemas/types.ts';
import { ParkedRecords } from './parked-records.ts';

const record = (own: Partial<Parked> = {}): Parked => ({
  group: 'cartage.main.order-exporter',
  topic: 'magento.orders',
  partition: 0,
  offset: 1,
  key: 'main/default/000000001',
  documentId: null,
  status: 'rejected',
  code: 'order.totals_differ',
  cause: 'Lines and total differ',
  why: null,
  fix: 'Look at the order',
  attempts: 1,
  parkedAt: 1_000,
  eventId: null,
  headers: { secret: 'header' },
  recordValue: Buffer.from('jane@example.com'),
  waitsFor: null,
  ...own,
});

const put = (records: ParkedRecords, id: string, own: Partial<Parked> = {}) =>
  records.put(id, 'order-exporter', record(own));

describe('parked records', () => {
  it('groups by code, most frequent first, with the fix of the newest', () => {
    const records = new ParkedRecords();
    put(records, 'a', { code: 'x' });
    put(records, 'b', { code: 'y', parkedAt: 1, fix: 'old' });
    put(records, 'c', { code: 'y', parkedAt: 2, fix: 'new', status: 'held' });
    expect(records.summary().byCode).toEqual([
      { code: 'y', count: 2, held: 1, fix: 'new' },
      { code: 'x', count: 1, held: 0, fix: 'Look at the order' },
    ]);
  });

  it('replaces a record that is parked again, and forgets one that is cleared', () => {
    const records = new ParkedRecords();
    put(records, 'a', { attempts: 1 });
    put(records, 'a', { attempts: 2 });
    expect(records.summary().newest.map(({ attempts }) => attempts)).toEqual([2]);
    expect(records.remove('a')).toBe(true);
    expect(records.remove('a')).toBe(false);
    expect(records.summary()).toEqual({ total: 0, complete: true, byCode: [], newest: [] });
  });

  it('keeps less of each, then only says that there are more, when there are too many', () => {
    const records = new ParkedRecords({ full: 2, all: 3 });
    for (const id of ['a', 'b', 'c']) put(records, id);
    expect(records.summary()).toMatchObject({ total: 3, complete: true, byCode: [{ count: 3 }] });
    expect(records.summary().newest).toHaveLength(2);
    expect(records.remove('c')).toBe(true);
    expect(records.summary().total).toBe(2);
    put(records, 'c');
    put(records, 'd');
    expect(records.summary()).toMatchObject({ total: 3, complete: false });
  });

  it('knows the newest of each cause in full, and of the cause that has most less, however long the others wait', () => {
    const records = new ParkedRecords({ full: 3, all: 100 });
    put(records, 'rare', { code: 'rare', parkedAt: 1 });
    for (let index = 0; index < 9; index += 1)
      put(records, `flood ${index}`, { code: 'flood', status: 'held', parkedAt: 10 + index });
    const ids = (code: string | null) => records.list(code).map(({ id }) => id);
    expect([ids('rare'), ids('flood'), ids('none')]).toEqual([['rare'], ['flood 8', 'flood 7'], []]);
    expect(records.summary()).toMatchObject({
      total: 10,
      byCode: [
        { code: 'flood', count: 9, held: 9 },
        { code: 'rare', count: 1, held: 0 },
      ],
      newest: [{ id: 'flood 8' }, { id: 'flood 7' }, { id: 'rare' }],
    });
    // Of one that is known briefly alone, and parked again.
    put(records, 'flood 0', { code: 'flood', parkedAt: 99 });
    expect(records.remove('flood 1')).toBe(true);
    expect(records.summary()).toMatchObject({ total: 9, byCode: [{ count: 8, held: 7 }, { code: 'rare' }] });
    expect(ids('flood')).toEqual(['flood 0', 'flood 8']);
    records.clear();
    expect(records.summary()).toEqual({ total: 0, complete: true, byCode: [], newest: [] });
  });

  it('knows what to do of a cause of which none is known in full any more', () => {
    const records = new ParkedRecords({ full: 2, all: 100 });
    for (const index of [1, 2, 3]) put(records, `flood ${index}`, { code: 'flood', fix: `fix ${index}` });
    put(records, 'rare', { code: 'rare' });
    expect(records.remove('flood 3')).toBe(true);
    expect(records.list('flood')).toEqual([]);
    expect(records.summary().byCode[0]).toEqual({ code: 'flood', count: 2, held: 0, fix: 'fix 3' });
  });

  it('names the command that releases a record, unless nobody knows what to ask for', () => {
    const records = new ParkedRecords();
    put(records, "cartage.main.order-exporter/magento.orders/it's", { parkedAt: 3 });
    put(records, 'no key', { key: null, parkedAt: 2 });
    put(records, 'a row that made no record', { partition: -1, parkedAt: 1 });
    expect(records.summary().newest.map(({ command }) => command)).toEqual([
      `cartage parked release 'cartage.main.order-exporter/magento.orders/it'\\''s'`,
      null,
      null,
    ]);
  });

  it('never shows bytes or headers, and hides addresses that the other side quoted', () => {
    const records = new ParkedRecords();
    const quoted = '"jane@example.com" is not valid, call +49 30 1234567';
    put(records, 'a', { cause: quoted, why: quoted, fix: quoted });
    const shown = JSON.stringify(records.summary());
    expect(shown).not.toMatch(/jane|1234567|secret/);
    expect(records.summary().newest[0]!.why).toBe('[hidden] is not valid, call [hidden]');
  });
});
