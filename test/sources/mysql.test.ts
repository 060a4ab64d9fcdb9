/** Real: a MariaDB of this file, where one is installed. Asserted: what is asked of it, and what a poll sees. */
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { fulfilmentColumns, priceColumns, productColumns } from '../../services/erp/columns.ts';
import { mysqlOptions } from '../../services/erp/mysql/address.ts';
import { MysqlPool, rowsOf } from '../../services/erp/mysql/pool.ts';
import { WatchedMysql } from '../../services/erp/sources/debezium/watched-mysql.ts';
import { MysqlPoll } from '../../services/erp/sources/mysql/mysql-poll.ts';
import { MysqlQuestions } from '../../services/erp/sources/mysql/mysql-questions.ts';
import { compileMysqlStreams } from '../../services/erp/sources/mysql/mysql-stream.ts';
import { SqlPollReader } from '../../services/erp/sources/polling/sql-poll-reader.ts';
import { substitute } from '../../services/platform/config/secrets.ts';
import { erpSection } from '../../services/platform/config/sections/erp.ts';
import { itWith } from '../deploy/programs.ts';
import { mariadb, startMariadb } from '../infrastructure/mariadb.ts';
import type { TestMariadb } from '../infrastructure/mariadb.ts';

let server: TestMariadb | undefined;
let pool: MysqlPool;

const run = (sql: string) => pool.run('test', (connection) => rowsOf(connection, sql, 30_000));
const it = (name: string, body: () => Promise<void>) => itWith([mariadb], name, body);
const none = new Map<string, string[]>();

const openPool = (database: string, { url } = server!, statementTimeoutMs = 2_000) =>
  new MysqlPool({
    options: () => mysqlOptions({ url: `${url}${database}`, allowPlain: false }),
    max: 4,
    statementTimeoutMs,
  });

beforeAll(async () => {
  if (mariadb.command === null) return;
  server = await startMariadb();
  const empty = openPool('');
  await empty.run('test', (connection) => rowsOf(connection, 'create database `Erp`', 30_000));
  empty.close();
  pool = openPool('Erp');
  await run(`create table item (
    id int auto_increment primary key, sku varchar(64), quantity decimal(12,4), big bigint, is_on bit(1),
    modified timestamp(6) default current_timestamp(6) on update current_timestamp(6), local datetime, extra json)`);
  await run(`insert into item (id, sku, quantity, big, is_on, local, extra) values
    (1, 'A-1', 1.5, 9007199254740993, 1, '2026-01-02 03:04:05', '{"n": 12345678901234567890}'), (2, 'B', 2, null, 0, null, null)`);
});
afterAll(async () => {
  pool?.close();
  await server?.remove();
});

function questionsOf(query: string, asked = pool) {
  const since = '2026-01-01T00:00:00.000Z';
  const { streams } = erpSection.parse({
    streams: {
      stock: {
        topic: 'erp.stock',
        key: { id: 'int' },
        watch: [
          { table: 'item', key: 'id' },
          { table: 'line', via: 'select item_id from line where doc in ($rows.doc)' },
        ],
        query,
        find: 'select id from item where sku in ($records.sku)',
      },
    },
  });
  const [stream] = compileMysqlStreams(streams, since);
  return new MysqlQuestions({ pool: asked, stream: stream!, since, rowsPerFetch: 1_000 });
}

const where = 'where ($keys is null or id in ($keys))';

describe('questions by SQL on MariaDB', () => {
  it('are answered without loss, of these keys or of all', async () => {
    const questions = questionsOf(`select * from item ${where}`);
    const answer = await questions.ask(new Map([['1', []]]));
    expect(answer.rows).toEqual([
      {
        id: 1,
        sku: 'A-1',
        quantity: '1.5000',
        big: '9007199254740993',
        is_on: 1,
        modified: expect.stringMatching(/^2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
        local: '2026-01-02T03:04:05',
        extra: { n: '12345678901234567890' },
      },
    ]);
    const again = await questions.ask(new Map([['1', []]]));
    expect(again.version >= answer.version).toBe(true);
    expect((await questions.ask(none)).rows).toEqual([]);
    const all = await Array.fromAsync(questions.askAll());
    expect(all.flatMap(({ rows }) => rows.map(({ id }) => id))).toEqual([1, 2]);
  });

  it('lead from rows and records to keys', async () => {
    await run('create table line (doc int, item_id int)');
    await run('insert into line values (7, 1), (7, 2), (8, null), (9, 2)');
    const questions = questionsOf(`select * from item ${where}`);
    expect(await questions.keysOf(1, [{ doc: '7' }, { doc: '8' }])).toEqual(['1', '2']);
    expect(
      await questions.find([
        { source: 'main', sku: 'B' },
        { source: 'main', sku: 'none' },
      ]),
    ).toEqual(['2']);
    expect(await questions.find([])).toEqual([]);
  });

  it('contain what is in the log, also where its commit is held back', async () => {
    const questions = questionsOf(`select id, quantity from held ${where}`);
    await run('create table held (id int primary key, quantity int)');
    await run('insert into held values (1, 5)');
    const logEnd = async () => {
      const [{ File: file, Position: position }] = (await run('show master status')) as [
        Record<string, string>,
      ];
      return { file: file!, position: Number(position) };
    };
    const before = await logEnd();
    // Semi-synchronous replication without a replica: the log is written, and nobody acknowledges it.
    await run('set global rpl_semi_sync_master_wait_point = AFTER_SYNC');
    await run('set global rpl_semi_sync_master_timeout = 600000');
    await run('set global rpl_semi_sync_master_enabled = 1');
    const patient = openPool('Erp', server, 60_000);
    const committing = patient.run('test', (connection) =>
      rowsOf(connection, 'update held set quantity = 6 where id = 1', 60_000),
    );
    const letGo = committing.then(() => Promise.reject(new Error('The commit was not held back')));
    // Told of where it is raced with.
    letGo.catch(() => undefined);
    try {
      let end = before;
      while (end.position === before.position) end = await Promise.race([logEnd(), letGo]);
      const mark = `${end.file}:${end.position - 1}`;
      const ask = async (...marks: string[]) =>
        (await questions.ask(new Map([['1', marks]]))).rows.map(({ quantity }) => quantity);
      expect(await ask()).toEqual([5]);
      const answer = ask(mark);
      const all = Array.fromAsync(questions.askAll([mark]));
      const ways = questions.keysOf(1, [{ doc: '9' }], [mark]);
      expect(await ask(`${before.file}:${before.position - 1}`)).toEqual([5]);
      await run('set global rpl_semi_sync_master_enabled = 0');
      expect(await answer).toEqual([6]);
      expect((await all)[0]!.rows).toEqual([{ id: 1, quantity: 6 }]);
      expect(await ways).toEqual(['2']);
      await committing;
      const at = async ({ file, position }: typeof before) =>
        (await run(`select binlog_gtid_pos('${file}', ${position}) as gtids`))[0]!.gtids;
      expect([await at(before), await at(end)]).toEqual([expect.any(String), expect.any(String)]);
      expect(await at({ file: end.file.replace(/\d+$/, '999999'), position: 4 })).toBeNull();
    } finally {
      await run('set global rpl_semi_sync_master_enabled = 0');
      await committing.catch(() => undefined);
      patient.close();
    }
  });

  it('of a replica contain what it is shown to have applied', async () => {
    await run(`create user copier@'127.0.0.1' identified by 'copier'`);
    await run(`grant replication slave on *.* to copier@'127.0.0.1'`);
    await run('create table copied (id int primary key, quantity int)');
    await run('insert into copied values (1, 5)');
    const replica = await startMariadb(['--server-id=2', '--read-only', '--log-bin']);
    try {
      const root = openPool('', replica);
      const there = (sql: string) => root.run('test', (connection) => rowsOf(connection, sql, 30_000));
      const { port } = new URL(server!.url);
      await there(`change master to master_host = '127.0.0.1', master_port = ${port}, master_user = 'copier',
        master_password = 'copier', master_use_gtid = slave_pos`);
      await there('start slave');
      const gtid = async () => String((await run('select @@gtid_binlog_pos as pos'))[0]!.pos);
      const copy = openPool('Erp', replica);
      const questions = questionsOf(`select id, quantity from copied ${where}`, copy);
      const ask = async (...marks: string[]) =>
        (await questions.ask(new Map([['1', marks]]))).rows.map(({ quantity }) => quantity);
      const first = await gtid();
      await there(`select master_gtid_wait('${first}')`);
      await there('stop slave');
      await run('update copied set quantity = 6 where id = 1');
      const answer = ask(await gtid());
      expect([await ask(), await ask(first)]).toEqual([[5], [5]]);
      await there('start slave');
      expect(await answer).toEqual([6]);
      const proved = async (proof: 'position' | 'gtid', of: MysqlPool) => {
        const { deaf } = await new WatchedMysql(new MysqlPoll(of, 'Erp'), ['copied'], proof).look();
        return deaf.get('copied')?.why ?? null;
      };
      expect([await proved('gtid', copy), await proved('position', pool)]).toEqual([null, null]);
      expect(await proved('gtid', pool)).toContain('it is no replica');
      // Neither is a replica that was promoted: it is to go on, whatever was written there.
      await there('set global read_only = 0');
      await there('insert into Erp.copied values (2, 1)');
      await there('stop slave');
      expect(await proved('gtid', copy)).toBeNull();
      await there('reset slave all');
      expect(await proved('gtid', copy)).toContain('it was promoted');
      root.close();
      copy.close();
    } finally {
      await replica.remove();
    }
  });

  it('for all keys are answered as of one moment, however long it takes, and may be left half way', async () => {
    await run('create table many (id int primary key, n int)');
    await run('insert into many select seq, 0 from seq_1_to_5000');
    const questions = questionsOf(`select * from many ${where}`);
    let total = 0;
    for await (const { rows } of questions.askAll()) {
      if (total === 0) await run('update many set n = 1');
      total += rows.length;
      expect(rows.every(({ n }) => n === 0)).toBe(true);
    }
    expect(total).toBe(5_000);
    for await (const { rows } of questions.askAll()) {
      expect(rows[0]).toMatchObject({ n: 1 });
      break;
    }
    await questions.probe();
  });

  it('that are wrong are rejected; what takes too long, or may be of one row, is not', async () => {
    await expect(questionsOf(`select nope from item ${where}`).ask(none)).rejects.toMatchObject({
      name: 'Rejected',
      fault: { code: 'erp.query', why: expect.stringContaining("'nope'") },
    });
    await expect(
      questionsOf(`select sleep(30) as id from item ${where}`).ask(new Map([['1', []]])),
    ).rejects.toMatchObject({
      perhapsRecord: true,
      fault: { code: 'erp.deadline' },
    });
    await run("create user poor identified by 'x'");
    await run('grant usage on Erp.* to poor');
    await run('grant select on Erp.many to poor');
    const poor = new MysqlPool({
      options: () => ({
        ...mysqlOptions({ url: `${server!.url}Erp`, allowPlain: false }),
        user: 'poor',
        password: 'x',
      }),
      max: 1,
      statementTimeoutMs: 2_000,
    });
    const asked = poor.run('a', (connection) => rowsOf(connection, 'select * from item', 2_000));
    await expect(asked).rejects.toMatchObject({ needsOperator: true, fault: { code: 'erp.right_missing' } });
    poor.close();
  });
});

describe('a poll of MariaDB', () => {
  const readerOf = (columns = { id: ['id'], version: 'modified' }) =>
    new SqlPollReader({ database: new MysqlPoll(pool, 'Erp'), tables: { item: columns }, rowsPerPage: 1 });

  it('finds the newest version, and pages through what has one from there on', async () => {
    const reader = readerOf();
    const newest = await reader.newest('item');
    expect(newest).toMatch(/Z$/);
    const pages = await Array.fromAsync(reader.pages('item', newest));
    expect(pages.map((page) => page.map(({ id }) => id))).toEqual([['[1]'], ['[2]'], []]);
    expect(Math.abs((await reader.now()) - Date.now())).toBeLessThan(60_000);
    expect(await reader.identify()).toMatch(/.+\/Erp$/);
  });

  it('pages through rows that have one version and several columns for a name', async () => {
    await run('create table cell (a int, b varchar(9), v int, primary key (a, b))');
    await run("insert into cell values (1, 'x', 5), (1, 'y', 5), (2, 'x', 5), (2, 'a', 6), (1, 'z', 4)");
    const reader = new SqlPollReader({
      database: new MysqlPoll(pool, 'Erp'),
      tables: { cell: { id: ['a', 'b'], version: 'v' } },
      rowsPerPage: 1,
    });
    const pages = await Array.fromAsync(reader.pages('cell', '5'));
    expect(pages.flat().map(({ id }) => id)).toEqual(['[1,"x"]', '[1,"y"]', '[2,"x"]', '[2,"a"]']);
  });

  it('knows an altered table, and says what is missing', async () => {
    const before = await readerOf().shape('item');
    await run('alter table item add column more int');
    expect(await readerOf().shape('item')).not.toBe(before);
    const refused = (code: string) => ({ fault: expect.objectContaining({ code }) as object });
    const wrong = readerOf({ id: ['id'], version: 'changed' }).shape('item');
    await expect(wrong).rejects.toMatchObject(refused('erp.poll_table'));
    const noVersion = readerOf({ id: ['id'], version: 'sku' }).newest('item');
    await expect(noVersion).rejects.toMatchObject(refused('erp.poll_version'));
  });
});

const erpnext = {
  ERPNEXT_URL: 'https://erp.example',
  ERPNEXT_DATABASE_URL: 'mysql://erp.example/erp',
  ERPNEXT_SHIPPING_ACCOUNT: 'Freight - M',
  ERPNEXT_USER: 'cartage@example.com',
};

/** In a database without names of time zones. */
function questionsAbout(topic: string, zone = '+01:00') {
  const file = join(projectFolder, 'deploy/config/recipes/erpnext-streams.yaml');
  const text = readFileSync(file, 'utf8').replaceAll('Europe/Berlin', zone);
  const problems: string[] = [];
  const given = substitute(parse(text), { environment: erpnext, problems: problems as never }) as {
    erp: object;
  };
  const { streams } = erpSection.parse(given.erp);
  const since = '2026-01-01T00:00:00.000Z';
  const stream = compileMysqlStreams(streams, since).find((one) => one.topic === topic)!;
  return { stream, questions: new MysqlQuestions({ pool, stream, since, rowsPerFetch: 1_000 }) };
}

async function rowsOfAll(topic: string, zone?: string): Promise<Record<string, unknown>[]> {
  const { stream, questions } = questionsAbout(topic, zone);
  const all = await Array.fromAsync(questions.askAll());
  const rows = all.flatMap((one) => one.rows);
  // Of one key as of all.
  for (const row of rows) {
    const key = String(row[stream.keyColumns[0]!]);
    expect((await questions.ask(new Map([[key, []]]))).rows).toContainEqual(row);
  }
  return rows;
}

const fill = async () => {
  for (const sql of readFileSync(join(import.meta.dirname, 'erpnext.sql'), 'utf8').split(';\n'))
    if (sql.trim() !== '') await run(sql);
};

describe('the streams that ship for ERPNext', () => {
  it('tell what is true of its tables, whose texts are of another collation than the connection', async () => {
    await fill();
    const inStock = (units: number) => [
      {
        sku: 'MUG',
        source: 'Stores - M',
        quantity: expect.stringMatching(`^${units}\\.0+$`) as unknown,
        sellable: 1,
      },
    ];
    expect(await rowsOfAll('erp.stock')).toMatchObject(inStock(24));
    // What ERPNext does not reserve again when it comes back.
    await run(
      "insert into tabSingles values ('Selling Settings', 'dont_reserve_sales_order_qty_on_sales_return', '1')",
    );
    expect(await rowsOfAll('erp.stock')).toMatchObject(inStock(12));
    const products = await rowsOfAll('erp.products');
    const [mug, shirt, red] = products.map((row) => productColumns.parse(row));
    expect(mug).toMatchObject({ sku: 'MUG', kind: 'simple', enabled: true, weight: '0.5000' });
    expect(mug!.images).toMatchObject([{ url: 'https://erp.example/files/mug.png' }]);
    expect(shirt).toMatchObject({ kind: 'configurable', varies_by: ['Colour'], children: ['SHIRT-R'] });
    expect(red).toMatchObject({ visibility: 'none', attributes: { Colour: 'Red' }, enabled: false });
    const prices = (await rowsOfAll('erp.prices')).map((row) => priceColumns.parse(row));
    expect(prices[0]!.prices).toMatchObject([
      { list: 'Standard Selling', currency: 'EUR', amount: '14.5000' },
      { amount: '12.0000', from: Date.parse('2026-11-30T23:00Z'), to: Date.parse('2026-12-31T23:00Z') },
    ]);
    const shirt20 = { list: 'Standard Selling', amount: '20.0000' };
    expect(prices[1]!.prices).toMatchObject([shirt20, { list: 'Wholesale', amount: '15.0000' }]);
    expect(prices[2]!.prices).toMatchObject([shirt20, { list: 'Wholesale', amount: '16.0000' }]);
    const documents = (await rowsOfAll('erp.fulfilments')).map((row) => fulfilmentColumns.parse(row));
    const order = { instance: 'us', store: 'default', increment_id: '42' };
    expect(documents).toMatchObject([
      {
        ...order,
        kind: 'shipment',
        document_id: 'DN-1 Annex - M',
        lines: [{ sku: 'MUG', quantity: '1.0000' }],
      },
      {
        ...order,
        kind: 'shipment',
        source: 'Stores - M',
        packages: [{ carrier: 'DHL', trackingNumber: 'T-1' }],
        lines: [{ sku: 'MUG', quantity: '12.0000' }],
      },
      { ...order, kind: 'shipment', document_id: 'SI-5 Stores - M', lines: [{ quantity: '1.0000' }] },
      { increment_id: '45', kind: 'shipment', source: 'Stores - M', lines: [{ quantity: '2.0000' }] },
      { ...order, kind: 'invoice', amounts: { currency: 'EUR', total: '36.3900', shipping: null } },
      {
        ...order,
        kind: 'creditmemo',
        amounts: { total: '14.5000', shipping: '4.0000' },
        lines: [{ quantity: '1.0000' }],
      },
      // Of two orders, though of the total of one.
      { ...order, kind: 'invoice', document_id: 'SI-5', amounts: null },
      { increment_id: '45', kind: 'invoice', document_id: 'SI-5', amounts: null },
      { ...order, increment_id: '43', kind: 'cancellation', lines: [] },
    ]);
    expect(documents[0]!.occurred_on).toBe(Date.parse('2026-02-01T09:00Z'));
    const unknown = await rowsOfAll('erp.fulfilments', 'No/Zone');
    expect(unknown.map(({ occurred_on }) => occurred_on)).toContain(null);
  });

  it('lead from what has changed to all that it makes different', async () => {
    await fill();
    const led = (topic: string, watch: number, row: Record<string, string>) =>
      questionsAbout(topic).questions.keysOf(watch, [row]);
    expect(await led('erp.products', 2, { name: 'd1' })).toEqual(['SHIRT-B', 'SHIRT']);
    expect(await led('erp.products', 2, { name: 'd2' })).toEqual(['CUP']);
    expect(await led('erp.prices', 1, { item_code: 'SHIRT' })).toEqual(['SHIRT-R']);
    expect(await led('erp.prices', 3, { name: 'd3' })).toEqual(['SHIRT', 'SHIRT-R']);
  });
});
