/** Orders and customers by SQL. Real: the driver, the transaction, the statements. Double: the server. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LeaseLost, underFence } from '../../platform/fence.ts';
import { createSqlCustomers } from '../customers/sql-customers.ts';
import { createSqlOrders } from '../orders/sql-orders.ts';
import { PostgresDouble, refusal } from '../testing/postgres-double.ts';
import { until } from '../testing/until.ts';

let server: PostgresDouble;
let calls: string[];
let closing: (() => Promise<void>)[];
beforeEach(async () => {
  [calls, closing] = [[], []];
  server = (await PostgresDouble.start()).on(/synchronous_commit/, []);
});
afterEach(async () => {
  for (const close of closing) await close();
  await server.stop();
});

const onCall = ({ route, code }: { route: string; code: string }) => void calls.push(`${route} ${code}`);
const written = () => server.askedOf(/^(insert|update|commit|delete)/).map((sql) => sql.split(' ')[0]);
/** Answers one after the other; the last one stays. */
const inTurn =
  <Answer>(...answers: Answer[]) =>
  () =>
    answers.length > 1 ? answers.shift()! : answers[0]!;
const found = [{ id: 7, reference: 'S7' }];

describe('an order', () => {
  const orders = (change?: { sql: string }[]) => {
    const made = createSqlOrders({
      connection: server.connection,
      deadlineMs: 1_000.4,
      onCall,
      statements: {
        lookup: 'select id, reference from sale where key = $key',
        create: [
          { name: 'sale', sql: 'insert into sale values ($key, $order, $codes, $buyer, $lookup)' },
          { sql: 'insert into line values ($sale)' },
        ],
        ...(change && { change }),
      },
    });
    closing.push(() => made.close());
    return made;
  };
  const input = { key: 'us/1', order: { a: 1 }, codes: { b: 2 }, buyer: { c: 3 } };
  beforeEach(() => {
    server.on(/^insert into sale/, [{ id: 7 }]).on(/^insert into line/, 2);
  });

  it('is made in one transaction, looked up before and after', async () => {
    server.on(/from sale/, inTurn<object[]>([], found) as never);
    expect(await orders().create(input)).toEqual({ id: '7', reference: 'S7', created: true });
    expect(server.asked).toEqual([
      'begin read write',
      'set local statement_timeout = 1000',
      'set local lock_timeout = 1000',
      'set local idle_in_transaction_session_timeout = 1000',
      `set local datestyle = 'ISO'`,
      expect.stringContaining('synchronous_commit'),
      expect.stringContaining('from sale'),
      expect.stringContaining('insert into sale'),
      expect.stringContaining('insert into line'),
      expect.stringContaining('from sale'),
      'commit',
    ]);
    expect(server.values.filter((values) => values.length > 0)).toEqual([
      ['us/1'],
      ['us/1', '{"a":1}', '{"b":2}', '{"c":3}', null],
      ['{"id":7}'],
      ['us/1'],
    ]);
    expect(calls).toEqual([
      'erp.orders.connect 00000',
      'erp.orders.begin 00000',
      'erp.orders.lookup 00000',
      'erp.orders.sale 00000',
      'erp.orders.create_2 00000',
      'erp.orders.lookup 00000',
      'erp.orders.commit 00000',
    ]);
    expect(server.sockets.size).toBe(1);
  });

  it('that is there is not made again', async () => {
    server.on(/from sale/, [{ id: 'x', reference: null }]);
    expect(await orders().create(input)).toEqual({ id: 'x', reference: null, created: false });
    expect(await orders().lookup('us/1')).toEqual({ id: 'x', reference: null });
    expect(written()).toEqual(['commit', 'commit']);
    expect(server.askedOf(/^begin/)).toEqual(['begin read write', 'begin read only']);
  });

  it('that is refused as there already is looked up, and else made once more', async () => {
    server
      .on(/^insert into sale/, refusal('23505', { constraint: 'sale_key', routine: '_bt_check_unique' }))
      .on(/from sale/, inTurn<object[]>([], found) as never);
    expect(await orders().create(input)).toMatchObject({ id: '7', created: false });
    server
      .on(/^insert into sale/, inTurn<object>(refusal('23505'), [{ id: 7 }]) as never)
      .on(/from sale/, inTurn<object[]>([], [], [], found) as never);
    expect(await orders().create(input)).toMatchObject({ id: '7', created: true });
  });

  it('that its look-up does not find, or finds twice, or without an id, is not kept', async () => {
    server.on(/from sale/, []);
    await expect(orders().create(input)).rejects.toMatchObject({ fault: { code: 'order.lookup_blind' } });
    for (const rows of [[...found, ...found], [{ id: null }]]) {
      server.on(/from sale/, rows);
      await expect(orders().lookup('us/1')).rejects.toMatchObject({
        fault: { code: 'order.lookup_ambiguous' },
      });
    }
    expect(written()).not.toContain('commit');
    await until(() => server.sockets.size === 0);
  });

  it.each<[string, string, object]>([
    ['23514', 'order.erp_constraint', { name: 'Rejected' }],
    ['22003', 'order.erp_value', { name: 'Rejected' }],
    ['P0001', 'order.erp_value', { name: 'Rejected' }],
    ['44000', 'order.erp_value', { name: 'Rejected' }],
    ['42703', 'order.erp_statement', { name: 'Rejected' }],
    ['0A000', 'order.erp_statement', { name: 'Rejected' }],
    ['42501', 'erp.right_missing', { needsOperator: true }],
    ['57014', 'erp.deadline', { perhapsRecord: true, outcome: 'none' }],
    ['40001', 'erp.contention', { perhapsRecord: false, outcome: 'none' }],
    ['57P01', 'erp.unreachable', { perhapsRecord: true, outcome: 'none' }],
  ])('that is refused by %s is %s', async (code, fault, more) => {
    server.on(/from sale/, []).on(/^insert into line/, refusal(code));
    await expect(orders().create(input)).rejects.toMatchObject({
      ...more,
      fault: { code: fault, what: expect.stringContaining('"create_2"') },
    });
    await until(() => server.sockets.size === 0);
  });

  it('names the constraint that refuses it', async () => {
    server
      .on(/from sale/, [])
      .on(/^insert into line/, refusal('23514', { constraint: 'positive', routine: 'ExecConstraints' }));
    await expect(orders().create(input)).rejects.toMatchObject({
      fault: { what: expect.stringContaining('(constraint positive)') },
    });
  });

  it('may be done where the commit was not answered, and is not where nothing was begun', async () => {
    server.on(/from sale/, inTurn<object[]>([], found) as never).on(/^commit/, () => {
      for (const socket of server.sockets) socket.destroy();
      return [];
    });
    await expect(orders().create(input)).rejects.toMatchObject({
      outcome: 'unknown',
      perhapsRecord: true,
      fault: { code: 'erp.unreachable', what: expect.stringContaining('"commit"') },
    });
    server.on(/^begin/, refusal('57P03'));
    await expect(orders().create(input)).rejects.toMatchObject({
      outcome: 'none',
      perhapsRecord: false,
      fault: { code: 'erp.unreachable' },
    });
  });

  it('is not committed by who has lost it', async () => {
    server.on(/from sale/, inTurn<object[]>([], found) as never);
    const lost = { isCurrent: () => false };
    await expect(underFence(lost, () => orders().create(input))).rejects.toBeInstanceOf(LeaseLost);
    expect(written()).not.toContain('commit');
    await until(() => server.sockets.size === 0);
  });

  it.each<[object[] | number, boolean]>([
    [0, false],
    [1, true],
    [[], false],
  ])('is changed, and says whether: %j', async (answer, changed) => {
    server.on(/from sale/, found).on(/^update/, answer as never);
    const change = [{ sql: 'update sale set state = $order where key = $key and $lookup is not null' }];
    expect(await orders(change).change(input)).toEqual({ id: '7', reference: 'S7', changed });
    expect(server.values.at(-2)).toEqual(['{"a":1}', 'us/1', '{"id":"7","reference":"S7"}']);
    server.on(/from sale/, []);
    expect(await orders(change).change(input)).toBeNull();
  });

  it('is changed by a function that is called, not by a look', async () => {
    server.on(/from sale/, found).on(/^select cancel/, [{ cancel: 1 }]);
    expect(await orders([{ sql: 'select cancel($key)' }]).change(input)).toMatchObject({ changed: true });
    expect(await orders([{ name: 'look', sql: 'select cancel($key)' } as never]).change(input)).toMatchObject(
      { changed: false },
    );
    await expect(orders().change(input)).rejects.toMatchObject({
      fault: { code: 'order.change_unconfigured' },
    });
  });
});

describe('a customer', () => {
  const customers = () => {
    const made = createSqlCustomers({
      connection: server.connection,
      onCall,
      statements: {
        lookup:
          'select id, reference, key from partner where key = $key or (website = $website and email = $email)',
        upsert: [{ sql: 'insert into partner values ($key, $website, $email, $customer, $codes, $lookup)' }],
        erase: [
          { sql: 'delete from partner where key = $key and $website is not null and $lookup is not null' },
        ],
      },
    });
    closing.push(() => made.close());
    return made;
  };
  const who = { key: 'us/base/1', website: 'base', email: 'a@b' };
  const input = { ...who, customer: { a: 1 }, codes: { b: 2 } };
  const partner = (key: string | null) => [{ id: 7, reference: 'P7', key }];
  const looked = (...answers: object[][]) =>
    server.on(/^select id, reference, key from partner/, inTurn(...answers) as never);
  beforeEach(() => {
    server.on(/^insert into partner/, 1).on(/^delete/, 1);
  });

  it.each([
    ['created', []],
    ['adopted', partner(null)],
    ['updated', partner(who.key)],
  ])('is %s', async (status, before) => {
    looked(before, partner(who.key));
    expect(await customers().upsert(input)).toEqual({
      status,
      partner: { id: '7', reference: 'P7', key: who.key },
    });
    const lookup =
      before.length === 0 ? null : JSON.stringify({ id: '7', reference: 'P7', key: before[0]!.key });
    expect(server.values[server.asked.findIndex((sql) => sql.startsWith('insert'))]).toEqual([
      'us/base/1',
      'base',
      'a@b',
      '{"a":1}',
      '{"b":2}',
      lookup,
    ]);
    expect(written()).toEqual(['insert', 'commit']);
  });

  it('of another customer is left alone', async () => {
    looked(partner('us/base/2'));
    expect(await customers().upsert(input)).toMatchObject({ status: 'taken', partner: { key: 'us/base/2' } });
    expect(written()).toEqual(['commit']);
  });

  it('that is not found by its key is not kept', async () => {
    for (const after of [[], partner(null)]) {
      looked([], after);
      await expect(customers().upsert(input)).rejects.toMatchObject({
        fault: { code: 'customer.lookup_blind' },
      });
    }
    looked([...partner(null), ...partner(null)]);
    await expect(customers().lookup(who)).rejects.toMatchObject({
      fault: { code: 'customer.lookup_ambiguous' },
    });
    expect(written()).not.toContain('commit');
  });

  it('that is refused as there already is tried once more, and is taken where its e-mail is', async () => {
    server.on(/^insert/, inTurn<object | number>(refusal('23505'), 1) as never);
    looked([], partner(null), partner(who.key));
    expect(await customers().upsert(input)).toMatchObject({ status: 'adopted' });

    server.on(/^insert/, refusal('23505'));
    looked(partner(who.key), partner(who.key), partner('us/base/2'));
    expect(await customers().upsert(input)).toMatchObject({ status: 'taken', partner: { key: 'us/base/2' } });
    expect(server.values.findLast((values) => values.length === 3)).toEqual(['-/-/-', 'base', 'a@b']);
  });

  it.each([[[]], [partner(null)], [partner(who.key)]])(
    'that is refused for something else says so: %j',
    async (other) => {
      server.on(/^insert/, refusal('23505'));
      looked(partner(who.key), partner(who.key), other);
      await expect(customers().upsert(input)).rejects.toMatchObject({
        fault: { code: 'customer.erp_duplicate' },
      });
      server.on(/^insert/, refusal('23514'));
      looked([]);
      await expect(customers().upsert(input)).rejects.toMatchObject({
        fault: { code: 'customer.erp_constraint' },
      });
    },
  );

  it('is erased where it is its own', async () => {
    looked(partner(who.key));
    expect(await customers().erase(who)).toEqual({ id: '7', reference: 'P7', key: who.key });
    expect(server.values[server.asked.findIndex((sql) => sql.startsWith('delete'))]).toEqual([
      'us/base/1',
      'base',
      JSON.stringify({ id: '7', reference: 'P7', key: who.key }),
    ]);
    looked(partner('us/base/2'));
    expect(await customers().erase(who)).toBeNull();
    looked([]);
    expect([await customers().erase(who), await customers().lookup(who)]).toEqual([null, null]);
  });
});
