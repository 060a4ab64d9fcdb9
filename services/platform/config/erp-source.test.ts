import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { ConfigurationError, loadConfig } from './load.ts';

const folder = mkdtempSync(join(tmpdir(), 'cartage-source-'));
const file = join(folder, 'cartage.yaml');
afterAll(() => rmSync(folder, { recursive: true }));

function load(erp: object) {
  const kafka = { brokers: ['127.0.0.1:9092'], registry: { url: 'http://127.0.0.1:8081' } };
  writeFileSync(file, stringify({ instance: 'main', kafka, erp }));
  return loadConfig(file, ['erp'], {}).erp;
}

function problemsOf(erp: object): Record<string, string> {
  try {
    load(erp);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return Object.fromEntries(error.problems.map(({ path, message }) => [path, message]));
  }
  return {};
}

const sql = {
  topic: 'erp.stock',
  key: { id: 'int' },
  watch: [{ table: 'item', key: 'id' }],
  query: 'q',
  find: 'f',
};
const tables = { item: { id: 'id', version: 'modified' } };
const call = { send: 'GET /items' };
const http = {
  source: {
    kind: 'http',
    api: { url: 'https://erp.example' },
    lists: { items: { ...call, query: { since: '=$since' }, id: '=no', version: '=modified' } },
  },
  streams: {
    stock: {
      topic: 'erp.stock',
      key: { no: 'text' },
      watch: [{ table: 'items', key: 'no' }],
      http: { get: { send: 'GET /items/{$key}' }, all: call, rows: '={ "no": no }' },
      find: '=$records.sku',
    },
  },
};

describe('where changes are learnt from', () => {
  it('is the log of PostgreSQL, as ever, where nothing else is said', () => {
    const { source } = load({ connection: { url: 'postgres://127.0.0.1/erp' }, streams: { stock: sql } });
    expect(source).toEqual({ kind: 'postgres-log' });
  });

  it('may be tables that are polled, in each of the databases', () => {
    for (const url of ['postgres://127.0.0.1/erp', 'mysql://127.0.0.1/erp', 'mariadb://127.0.0.1/erp'])
      expect(
        problemsOf({ connection: { url }, source: { kind: 'polling', tables }, streams: { stock: sql } }),
      ).toEqual({});
  });

  it('has every watched table, and none that nobody watches', () => {
    const erp = { connection: { url: 'mysql://127.0.0.1/erp' }, streams: { stock: sql } };
    const source = { kind: 'polling', tables: { items: { id: 'id', version: 'modified' } } };
    expect(problemsOf({ ...erp, source })).toEqual({
      'erp.source.tables.item': expect.stringContaining('"compared"'),
      'erp.source.tables.items': 'is watched by no stream',
    });
    expect(problemsOf({ ...erp, source: { kind: 'polling', tables: { item: 'compared' } } })).toEqual({});
  });

  it('may be topics of Debezium, one for each watched table', () => {
    for (const url of ['postgres://127.0.0.1/erp', 'mysql://127.0.0.1/erp']) {
      const erp = { connection: { url }, streams: { stock: sql } };
      expect(problemsOf({ ...erp, source: { kind: 'debezium', topics: { item: 'erp.item' } } })).toEqual({});
      expect(problemsOf({ ...erp, source: { kind: 'debezium', topics: { items: 'erp.item' } } })).toEqual({
        'erp.source.topics.item': expect.stringContaining('the topic that Debezium fills'),
        'erp.source.topics.items': 'is watched by no stream',
      });
    }
  });

  it('is no log in MySQL, where orders are not written either', () => {
    const erp = { connection: { url: 'mysql://127.0.0.1/erp' }, streams: { stock: sql } };
    const orders = { lookup: 'select 1', create: [{ sql: 'select 1' }] };
    expect(problemsOf({ ...erp, orders })).toEqual({
      'erp.source.kind': expect.stringContaining('must be polling'),
      'erp.connection.writerUrl': expect.stringContaining('is required'),
    });
  });

  it('may be lists over HTTP, and needs no database then', () => {
    expect(problemsOf(http)).toEqual({});
  });

  it('takes each question in the words of the source', () => {
    const { stock } = http.streams;
    const wrong = {
      ...stock,
      query: 'select 1',
      find: 'select 2',
      watch: [{ table: 'items', via: 'select 3' }],
    };
    expect(problemsOf({ ...http, streams: { stock: wrong } })).toEqual({
      'erp.streams.stock.query': expect.stringContaining('write http in its place'),
      'erp.streams.stock.find': expect.stringContaining('begins with "="'),
      'erp.streams.stock.watch.0.via': expect.stringContaining('SQL'),
    });
    const { query: _query, ...bare } = sql;
    expect(problemsOf({ connection: { url: 'postgres://127.0.0.1/erp' }, streams: { stock: bare } })).toEqual(
      {
        'erp.streams.stock.query': 'is required',
      },
    );
  });

  it('says all that is wrong with what is asked over HTTP at once', () => {
    const source = {
      ...http.source,
      api: { url: 'http://erp.example', session: { open: { take: '=$sesion' } } },
      lists: { items: { send: 'GET /items', query: { since: '=$sinc' }, id: '=$since', version: '=[' } },
    };
    const { stock } = http.streams;
    const streams = {
      stock: { ...stock, http: { ...stock.http, get: {}, all: { ...call, take: '=$key' } } },
    };
    expect(Object.keys(problemsOf({ source, streams })).toSorted()).toEqual([
      'erp.source.api.session.open',
      'erp.source.api.session.open.take',
      'erp.source.api.url',
      'erp.source.lists.items.id',
      'erp.source.lists.items.query.since',
      'erp.source.lists.items.version',
      'erp.streams.stock.http.all.take',
      'erp.streams.stock.http.get',
    ]);
  });
});
