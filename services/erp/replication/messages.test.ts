import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Change } from '../sources/changes.ts';
import { log } from '../testing/log-messages.ts';
import { MessageDecoder, toPostgresMicros } from './messages.ts';
import type { Relation } from './messages.ts';

let told: unknown[];
let wanted: ReadonlySet<string> | undefined;
let decoder: MessageDecoder;

beforeEach(() => {
  told = [];
  wanted = undefined;
  decoder = new MessageDecoder(
    {
      begin: (commitLsn, commitTime, xid) => told.push(['begin', commitLsn, commitTime.getTime(), xid]),
      commit: (commitLsn, endLsn) => told.push(['commit', commitLsn, endLsn]),
      relation: (relation: Relation) => told.push(relation),
      change: (change: Change) => told.push(change),
    },
    () => wanted,
  );
});

/** As they lie in a chunk: behind what belongs to somebody else. */
function decode(...messages: Buffer[]): unknown[] {
  told = [];
  for (const message of messages) decoder.decode(Buffer.concat([Buffer.from('other'), message]), 5);
  return told;
}

const columns = [{ name: 'id', inIdentity: true }, { name: 'näme' }, { name: 'code', typeOid: 1042 }];
const table = () => decode(log.relation(9, 'shop', 'item', columns));
const change = (kind: Change['kind'], old: object | null, row: object | null) => ({
  table: 'shop.item',
  kind,
  old,
  new: row,
});

describe('the log', () => {
  it('tells where a transaction begins and ends, and when it was', () => {
    const timeMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
    expect(decode(log.begin(4_000_000_000 | 0, 300n, timeMs), log.commit(300n, 340n))).toEqual([
      ['begin', 300n, timeMs, 4_000_000_000],
      ['commit', 300n, 340n],
    ]);
    expect(toPostgresMicros(Date.UTC(2000, 0, 1) + 1.4)).toBe(1_000n);
  });

  it('describes a table before its rows, and again when it was altered', () => {
    expect(table()).toEqual([
      {
        oid: 9,
        table: 'shop.item',
        identity: 'd',
        columns: [
          { name: 'id', typeOid: 25, inIdentity: true, wanted: true },
          { name: 'näme', typeOid: 25, inIdentity: false, wanted: true },
          { name: 'code', typeOid: 1042, inIdentity: false, wanted: true },
        ],
      },
    ]);
    expect(decode(log.insert(9, ['1', 'ä', 'A  ']))).toEqual([
      change('insert', null, { id: '1', näme: 'ä', code: 'A' }),
    ]);
    wanted = new Set(['id']);
    decode(log.relation(9, '', 'item', [{ name: 'id' }, { name: 'other' }], 'f'));
    expect(decode(log.insert(9, ['1', 'x']))).toEqual([
      { table: 'pg_catalog.item', kind: 'insert', old: null, new: { id: '1' } },
    ]);
    expect(() => decode(log.insert(8, ['1']))).toThrow('without having described');
  });

  it('leaves out what did not change, and says what is empty', () => {
    table();
    expect(decode(log.update(9, ['1', undefined, null]))).toEqual([
      change('update', null, { id: '1', code: null }),
    ]);
  });

  it('tells the old key alone, or the old row', () => {
    table();
    expect(decode(log.update(9, ['2', 'b', 'B'], { kind: 'K', row: ['1', null, null] }))).toEqual([
      change('update', { id: '1' }, { id: '2', näme: 'b', code: 'B' }),
    ]);
    expect(decode(log.update(9, ['2', 'b', 'B'], { kind: 'O', row: ['1', 'a', null] }))).toEqual([
      change('update', { id: '1', näme: 'a', code: null }, { id: '2', näme: 'b', code: 'B' }),
    ]);
    expect(decode(log.delete(9, 'K', ['1', null, null]), log.delete(9, 'O', ['1', null, 'C']))).toEqual([
      change('delete', { id: '1' }, null),
      change('delete', { id: '1', näme: null, code: 'C' }, null),
    ]);
  });

  it('tells each table of a truncate', () => {
    table();
    decode(log.relation(10, 'shop', 'more', []));
    expect(decode(log.truncate(9, 10))).toEqual([
      change('truncate', null, null),
      { ...change('truncate', null, null), table: 'shop.more' },
    ]);
  });

  it('has messages that mean nothing here, and none that are not known', () => {
    expect(decode(Buffer.from('Y'), Buffer.from('O'), Buffer.from('M'))).toEqual([]);
    expect(() => decode(Buffer.from('S'))).toThrow('unknown type 0x53');
  });
});
