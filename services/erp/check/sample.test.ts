import { describe, expect, it } from '@jest/globals';
import { Rejected } from '../../platform/errors.ts';
import type { Questions } from '../sources/questions.ts';
import { checkSample } from './sample.ts';

const row = { id: '7', sku: 'A', source: 'main', quantity: '1' };

/** What is said of a stream of stock whose questions answer so, apart from what is well. */
async function saidOf(rows: object[], more: Partial<Questions> = {}) {
  const answer = { version: 1n, rows: rows as Record<string, unknown>[] };
  const questions: Questions = {
    isOrdered: false,
    expectedRows: () => Promise.resolve(null),
    ask: () => Promise.resolve(answer),
    askAll: async function* () {
      await Promise.resolve();
      yield answer;
    },
    keysOf: () => Promise.resolve([]),
    find: () => Promise.resolve(['7']),
    probe: () => Promise.resolve(),
    ...more,
  };
  const stream = {
    name: 'stock',
    topic: 'erp.stock',
    digest: '',
    keyColumns: ['id'],
    keyForms: ['exact' as const],
    watches: [],
    again: null,
  };
  const findings = await checkSample({ ...stream, questions });
  return findings
    .filter(({ level }) => level !== 'ok')
    .map(({ level, code, what, why, fix }) => [level, code, `${what} ${why} ${fix}`]);
}

const one = (level: string, code: string, text: string) => [[level, code, expect.stringContaining(text)]];

describe('a stream that is tried', () => {
  it('is well where its rows, one key of them and the way back are', async () => {
    expect(await saidOf([row])).toEqual([]);
  });

  it('may have nothing to be tried on', async () => {
    expect(await saidOf([])).toEqual(one('warn', 'erp.sample', 'gives no row'));
  });

  it('needs its key in every row', async () => {
    expect(await saidOf([row, { ...row, id: null }])).toEqual(one('fail', 'erp.query_columns', 'without id'));
  });

  it('is told what is wrong with its rows, each thing once, and no value', async () => {
    const bad = { ...row, quantity: 'many', sku: ' A' };
    const said = await saidOf([bad, bad]);
    expect(said).toEqual(
      one('fail', 'erp.sample', 'sku: must not begin or end with a space; quantity: must be a decimal'),
    );
    expect(JSON.stringify(said)).not.toContain('many');
  });

  it('is warned of a column that nobody reads', async () => {
    expect(await saidOf([{ ...row, sellabel: true }])).toEqual(
      one('warn', 'erp.query_columns', 'Did you mean sellable?'),
    );
  });

  it('must give the same for one key as for all', async () => {
    const ask = () => Promise.resolve({ version: 1n, rows: [{ ...row, id: 'a7' }] });
    expect(await saidOf([row], { ask })).toEqual(one('fail', 'erp.sample_key', 'for a key'));
  });

  it('must find the key of a record', async () => {
    expect(await saidOf([row], { find: () => Promise.resolve([]) })).toEqual(
      one('fail', 'erp.sample_find', 'source, sku'),
    );
  });

  it('that is refused is told by whom', async () => {
    const ask = () => Promise.reject(new Rejected({ code: 'erp.query', what: 'No', fix: 'Do' }));
    expect(await saidOf([row], { ask })).toEqual(one('fail', 'erp.query', 'No'));
  });
});
