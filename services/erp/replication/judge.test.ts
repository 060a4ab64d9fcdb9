/** What is said of the watched tables. Real: the judgement and its questions. Double: the database, table by table. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ErpPool } from '../pool.ts';
import { refusal } from '../testing/postgres-double.ts';
import { Watchman } from '../sources/postgres/watchman.ts';
import type { Member } from './identity-members.ts';
import { checkIdentities } from './identity.ts';
import type { WatchedKey } from './identity.ts';
import { judge } from './judge.ts';

const member = (name: string, changes: Partial<Member> = {}): Member => ({
  name,
  isChild: false,
  identity: 'd',
  fullFails: false,
  columns: ['id', 'sku', 'name'],
  carried: ['id'],
  primaryKey: ['id'],
  ...changes,
});

/** Tables by name: the whole, and what belongs to it. */
let members: Record<string, Member[]>;
let published: { tables: string[]; unpublished: string[]; isNarrowed: boolean } | null;
let states: Record<string, string>;
let may: boolean;
let running: string[];
let asked: string[];

beforeEach(() => {
  members = { 'public.item': [member('public.item')] };
  published = { tables: ['public.item'], unpublished: [], isNarrowed: false };
  states = { 'public.item': 'a' };
  [may, running, asked] = [true, [], []];
});

const database = {
  query: async (text: string, values: unknown[] = []) => {
    asked.push(text);
    await Promise.resolve();
    return { rows: answer(text, values) };
  },
} as unknown as ErpPool;

function answer(text: string, values: unknown[]): unknown[] {
  if (text.includes('from member m')) return members[`${String(values[0])}.${String(values[1])}`] ?? [];
  if (text.includes('as digest'))
    return (values[1] as string[]).flatMap((name) =>
      states[name] === undefined ? [] : [{ name, digest: states[name] }],
    );
  if (text.includes('puballtables')) {
    if (published === null) return [];
    const kinds = ['insert', 'update', 'delete', 'truncate'];
    const has = kinds.map((kind) => [kind, !published!.unpublished.includes(kind)]);
    return [{ all_tables: false, via_root: true, ...Object.fromEntries(has) }];
  }
  if (text.includes('pg_publication_tables')) return published!.tables.map((name) => ({ name }));
  if (text.includes('pg_publication_rel')) return published!.isNarrowed ? [{}] : [];
  if (text.includes('has_database_privilege')) return [{ may }];
  if (text.includes('pg_snapshot_xip')) return [{ xids: running }];
  if (text.startsWith('begin;')) return [];
  if (/^(ALTER|CREATE)/.test(text)) {
    const named = [...text.matchAll(/"(\w+)"\."(\w+)"/g)].map(([, schema, name]) => `${schema}.${name}`);
    published = { tables: named.toSorted(), unpublished: [], isNarrowed: false };
    return [];
  }
  throw refusal('42601');
}

const item = (...columns: string[]): WatchedKey => ({ table: 'item', columns });
const identityOf = async (watched: WatchedKey[]) => (await checkIdentities(database, watched))[0]!;

describe('what the log carries of a table', () => {
  it('is well with the columns of its identity', async () => {
    expect(await identityOf([item('id')])).toEqual({
      table: 'public.item',
      exists: true,
      identity: 'd',
      unknown: [],
      missing: [],
      children: [],
      breaksUpdates: false,
      statement: null,
    });
  });

  it('lacks other columns, and those that are not there', async () => {
    expect(await identityOf([item('id', 'sku', 'size')])).toMatchObject({
      unknown: ['size'],
      missing: ['sku'],
      statement: 'ALTER TABLE "public"."item" REPLICA IDENTITY FULL;',
    });
    expect(await identityOf([{ table: 'item', columns: 'all' }])).toMatchObject({ missing: ['sku', 'name'] });
    expect(await checkIdentities(database, [item('id'), item('sku'), item('id')])).toMatchObject([
      { table: 'public.item', missing: ['sku'] },
    ]);
    expect(await identityOf([{ table: 'shop.gone', columns: 'all' }])).toMatchObject({
      table: 'shop.gone',
      exists: false,
      identity: null,
      statement: null,
    });
  });

  it('is decided by each partition', async () => {
    members['public.item']!.push(member('public.item_2026', { carried: [] }));
    expect(await identityOf([item('id')])).toMatchObject({
      breaksUpdates: true,
      missing: ['id'],
      statement: 'ALTER TABLE "public"."item_2026" REPLICA IDENTITY FULL;',
    });
  });

  it('is made whole by an index where a full identity would fail', async () => {
    members['public.item'] = [member('public.item', { fullFails: true })];
    expect(await identityOf([item('sku')])).toMatchObject({
      statement:
        'CREATE UNIQUE INDEX "item_cartage" ON "public"."item" ("sku", "id"); ALTER TABLE "public"."item" REPLICA IDENTITY USING INDEX "item_cartage";',
    });
  });

  it('is not that of tables which inherit from it, unless they are watched', async () => {
    members['public.item']!.push(member('public.old', { isChild: true, carried: [] }));
    expect(await identityOf([item('id')])).toMatchObject({ children: ['public.old'], breaksUpdates: false });
    expect(await identityOf([item('id'), { table: 'old', columns: [] }])).toMatchObject({ children: [] });
  });

  it('cannot always be asked', async () => {
    const refusing = { query: () => Promise.reject(refusal('42501', { severity: 'ERROR' })) };
    await expect(checkIdentities(refusing as never, [item('id')])).rejects.toMatchObject({
      fault: { code: 'erp.right_missing' },
    });
  });
});

describe('the judgement', () => {
  const faultOf = async (columns: string[] = ['id']) =>
    (await judge(database, 'cartage', [item(...columns)])).tables[0]!.fault;

  it('is well, with how the table stands', async () => {
    expect(await judge(database, 'cartage', [item('id')])).toMatchObject({
      tables: [{ table: 'public.item', state: 'a', fault: null }],
      wanted: ['public.item'],
      statement: null,
    });
    states = {};
    expect((await judge(database, 'cartage', [item('id')])).tables[0]!.state).toBe('');
  });

  it.each<[string, string, () => void, string[]?]>([
    ['erp.table', 'does not exist', () => (members = {})],
    ['erp.column', 'has no column size', () => undefined, ['size']],
    [
      'erp.inherited',
      'public.old',
      () => members['public.item']!.push(member('public.old', { isChild: true })),
    ],
    ['erp.identity', 'do not carry sku', () => undefined, ['sku']],
    [
      'erp.identity',
      'do not carry any key',
      () => (members['public.item'] = [member('public.item', { carried: [], columns: [] })]),
      [],
    ],
    ['replication.publication', 'of public.item does not exist', () => (published = null)],
    ['replication.publication', 'does not hold public.item', () => (published!.tables = [])],
    ['replication.publication', 'leaves out rows or columns', () => (published!.isNarrowed = true)],
    ['replication.publication', 'each update, delete', () => (published!.unpublished = ['update', 'delete'])],
  ])('says %s: %s', async (code, what, change, ...[columns]) => {
    change();
    expect(await faultOf(columns)).toMatchObject({ code, what: expect.stringContaining(what) });
  });

  it('wants no table in the publication whose updates would fail by it, nor one that is not there', async () => {
    members['public.bare'] = [member('public.bare', { carried: [] })];
    const watched = ['item', 'bare', 'gone'].map((table) => ({ table, columns: ['id'] }));
    const { wanted, statement, tables } = await judge(database, 'cartage', watched);
    expect([wanted, statement]).toEqual([['public.item'], null]);
    expect(tables[1]!.fault!.why).toContain("the ERP's own updates would fail");
    expect((await judge(database, 'cartage', watched.slice(1))).statement).toBeNull();
  });
});

describe('the watchman', () => {
  const look = (before: string | null = '{"public.item":"a"}') =>
    new Watchman({
      pool: database,
      publication: 'cartage',
      watched: new Map([['public.item', ['id']]]),
    }).look(before);

  it('finds nothing where nothing has changed, and asks what runs only then', async () => {
    expect(await look()).toMatchObject({ tables: '{"public.item":"a"}', gaps: [], deaf: new Map() });
    expect(asked.some((text) => text.includes('pg_snapshot_xip'))).toBe(false);
  });

  it('finds what was altered, and by whom it may not be told', async () => {
    states['public.item'] = 'b';
    running = [String(2n ** 32n + 7n), '9'];
    const { gaps, tables } = await look();
    expect(tables).toBe('{"public.item":"b"}');
    expect(gaps).toEqual([
      { reason: expect.stringContaining('public.item'), tables: ['public.item'], marks: ['7', '9'] },
    ]);
    expect((await look('an older form')).gaps).toEqual([]);
    expect((await look(null)).gaps).toEqual([]);
    expect((await look('{}')).gaps).toHaveLength(1);
  });

  it('names why a table is not told of', async () => {
    members = {};
    const { deaf, gaps } = await look('{"public.item":"b"}');
    expect(deaf.get('public.item')).toMatchObject({ code: 'erp.table' });
    expect(gaps[0]!.reason).toBe('Table public.item does not exist');
  });

  it('mends the publication where it may', async () => {
    published!.tables = [];
    may = false;
    expect((await look()).deaf.get('public.item')).toMatchObject({ code: 'replication.publication' });
    may = true;
    expect(await look()).toMatchObject({ deaf: new Map(), publication: { tables: ['public.item'] } });
  });

  it('makes the publication, or is told why not, whatever it may', async () => {
    [published, may] = [null, false];
    expect((await look()).publication).not.toBeNull();
  });
});
