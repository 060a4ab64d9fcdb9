/**
 * Real: PostgreSQL whose functions raise errors that name a customer, exporter, ingester and console as their own
 * processes, broker, registry. Double: the receiver of traces. Asserted: that name is in no log line, no topic, no
 * answer of console and readiness, no trace; and it is in the log and the parked record where it is asked for.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { httpGet } from '../../deploy/local/http-get.ts';
import { orders, parked } from '../../schemas/topics.ts';
import type { Parked } from '../../schemas/types.ts';
import { startConsoleProcess } from '../console/console-process.ts';
import type { ConsoleProcess } from '../console/console-process.ts';
import { freshDatabase } from '../infrastructure/main.ts';
import type { FreshDatabase } from '../infrastructure/main.ts';
import { recordsNow, statesNow } from '../infrastructure/topic-now.ts';
import { anOrder } from '../sandbox/erp/testing/order.ts';
import {
  eventually,
  openWitness,
  ordersConfig,
  ownInstance,
  platformConfig,
  startProcess,
} from '../orders/support.ts';
import type { RunningProcess, Witness } from '../orders/support.ts';

/** Each kind of error that SQL can raise: with a code of its own, of a class that means something else, in a name. */
const raising = `
  create table item (id int primary key, sku text);
  insert into item values (1, 'A');
  create function refuse() returns text language plpgsql as $$ begin
    raise exception 'Customer Zenobia Quux of 12 Elm Street is blocked, zenobia@quux.example'
      using detail = 'Zenobia Quux', hint = 'Ask Zenobia Quux', constraint = 'Zenobia Quux', column = 'Zenobia Quux';
  end $$;
  create function pretend(state text) returns text language plpgsql as $$ begin
    raise exception 'Customer Zenobia Quux' using errcode = state, table = 'Zenobia Quux', constraint = 'Zenobia Quux';
  end $$;
  create function misread() returns int language plpgsql as $$ begin return 'Zenobia Quux'::int; end $$;`;
const statements = {
  '1': 'select refuse()',
  '2': "select pretend('23505')",
  '3': "select pretend('42501')",
  '4': 'select misread()',
  '5': "select pretend('57014')",
};
const name = /zenobia|quux/i;

let database: FreshDatabase;
let traces: Server;
const traced: Buffer[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query(raising);
  await client.end();
  traces = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => traced.push(chunk));
    request.on('end', () => response.end());
  }).listen(0, '127.0.0.1');
  await once(traces, 'listening');
});
afterAll(async () => {
  traces.close();
  await database.drop();
});

function configOf(instance: string, foreignText: boolean): object {
  const { port } = traces.address() as AddressInfo;
  const sql = `select case right($key, 1) ${Object.entries(statements)
    .map(([digit, statement]) => `when '${digit}' then (${statement})::text`)
    .join(' ')} end`;
  return {
    ...platformConfig(instance),
    telemetry: { otlpUrl: `http://127.0.0.1:${port}`, foreignText },
    policy: { retryInitialMs: 50, retryMaxMs: 100, perhapsRecordTries: 2 },
    orders: ordersConfig(),
    fulfilments: { since: '2026-01-01T00:00:00Z', carriers: {} },
    erp: {
      connection: { url: database.url, statementTimeoutMs: 4_000 },
      slot: instance.replaceAll('-', '_'),
      publication: instance.replaceAll('-', '_'),
      streams: {
        stock: {
          topic: 'erp.stock',
          key: { id: 'int' },
          watch: [{ table: 'item', key: 'id' }],
          query: 'select id, refuse() as sku from item where $keys::int[] is null or id = any($keys)',
          find: "select (r->>'sku')::int as id from jsonb_array_elements($records) r",
        },
      },
      orders: {
        lookup: 'select null::text as id, null::text as reference where $key is null',
        create: [{ name: 'insert_order', sql }],
        settleMs: 100,
      },
    },
  };
}

async function refuseOrders(instance: string, witness: Witness, digits: string[]): Promise<void> {
  for (const digit of digits) {
    const order = anOrder({
      incrementId: `00000000${digit}`,
      lines: [{ sku: 'A', quantity: 1, priceMinor: 100 }],
    });
    await witness.bus.publish(orders, { value: { ...order, instance } });
  }
}

/** Of orders. The ingester has its own: whatever other tests ask the topics of the ERP for, it is asked for as well. */
async function parkedOf(witness: Witness, instance: string): Promise<Parked[]> {
  const states = [...(await statesNow(witness.bus, parked)).values()];
  return states.filter(({ group }) => group === `cartage.${instance}.order-exporter`);
}

it('what an ERP says of a customer is in no log, topic, page or trace', async () => {
  const instance = ownInstance();
  const witness = await openWitness(instance);
  const processes: RunningProcess[] = [];
  let page: ConsoleProcess | undefined;
  try {
    for (const service of ['order-exporter', 'erp-ingester'])
      processes.push(await startProcess(service, configOf(instance, false)));
    const [exporter, ingester] = processes as [RunningProcess, RunningProcess];
    const { url } = await ingester.logged('started');
    page = await startConsoleProcess(instance);
    await refuseOrders(instance, witness, ['1', '2', '4']);
    const lines = () => JSON.stringify(exporter.lines);
    await eventually(
      'what can be parked to be parked',
      async () => (await parkedOf(witness, instance)).length === 3,
    );
    await refuseOrders(instance, witness, ['3', '5']);
    await eventually('a try of the order whose right is missing', () => lines().includes('42501'));
    await eventually('the load to fail', () => JSON.stringify(ingester.lines).includes('P0001'));
    const ready = await eventually('readiness', async () => {
      const answer = await httpGet(`${String(url)}/readyz`, 60_000);
      return answer?.body.includes('P0001') ? answer.body : undefined;
    });
    const shown = await eventually('the page', async () => {
      const { body } = (await httpGet(`${page!.url}/api/status`, 60_000))!;
      return (JSON.parse(body) as { parked: { total: number } }).parked.total >= 3 ? body : undefined;
    });
    await eventually('traces', () => traced.length > 0);

    // The order whose statement is cancelled is parked as well, when its tries are over.
    const told = (await parkedOf(witness, instance))
      .map(({ why }) => String(why))
      .filter((why) => !why.includes('57014'));
    expect(told.toSorted((one, other) => one.localeCompare(other))).toEqual(
      ['22P02', '23505', 'P0001'].map((state) => expect.stringContaining(state)),
    );
    for (const text of [
      lines(),
      JSON.stringify(ingester.lines),
      JSON.stringify(
        (await recordsNow(witness.bus, parked)).filter(({ value }) => value?.group.includes(instance)),
      ),
      JSON.stringify(witness.outcomes),
      ready,
      shown,
      Buffer.concat(traced).toString('latin1'),
    ])
      expect(text).not.toMatch(name);
    expect(lines()).toContain('insert_order');
  } finally {
    for (const one of processes) await one.stop();
    await page?.stop();
    await witness.close();
  }
});

it('it is in the log and the parked record where the configuration asks for it', async () => {
  const instance = ownInstance();
  const witness = await openWitness(instance);
  const exporter = await startProcess('order-exporter', configOf(instance, true));
  try {
    await refuseOrders(instance, witness, ['1']);
    await eventually('the record to be parked', async () => (await parkedOf(witness, instance)).length === 1);
    const [record] = await parkedOf(witness, instance);
    expect(record?.why).toContain('Customer Zenobia Quux');
    // Addresses are masked even then.
    expect(record?.why).not.toContain('zenobia@quux');
    await eventually('the log to tell', () => name.test(JSON.stringify(exporter.lines)));
  } finally {
    await exporter.stop();
    await witness.close();
  }
});
