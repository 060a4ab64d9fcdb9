/** Real: the driver and the configuration. Double: the server. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { erpSection } from '../platform/config/sections/erp.ts';
import { recordsWhere } from './records-where.ts';
import { PostgresDouble, refusal } from './testing/postgres-double.ts';
import { until } from './testing/until.ts';

let server: PostgresDouble;
const row = (sku: string) => ({ id: 7, source: 'W', sku, quantity: '1' });
beforeEach(async () => {
  server = (await PostgresDouble.start()).on(/^select \* from \(/, [row('A'), row('B'), row('A')]);
});
afterEach(() => server.stop());

const stock = {
  topic: 'erp.stock',
  key: { id: 'int' },
  watch: [{ table: 'item', key: 'id' }],
  query: 'select * from stock where at > $since',
  find: 'select 1',
};
function found(more: object = {}, topic = 'erp.stock') {
  const connection = { url: server.url, timezone: 'Europe/Vienna' };
  const erp = erpSection.parse({ connection, streams: { stock }, ...more });
  return recordsWhere({ erp, fulfilments: { since: Date.UTC(2026, 0, 1) } as never }, topic, 'sku > 1 -- x');
}

describe('records for which a condition holds', () => {
  it('are named once, by what the query of the stream gives now', async () => {
    expect(await found()).toEqual(['W/A', 'W/B']);
    const [asked] = server.askedOf(/^select \* from \(/);
    expect(asked).toMatch(/where \(\nsku > 1 -- x\n\) limit 10001$/);
    expect(server.values.at(-1)).toEqual(['2026-01-01T00:00:00.000Z']);
    expect(server.asked.slice(0, 4)).toEqual([
      'begin read only',
      'set local statement_timeout = 60000',
      `set local datestyle = 'ISO'`,
      `set local timezone = 'Europe/Vienna'`,
    ]);
    await until(() => server.sockets.size === 0);
  });

  it.each([
    [10_000, null],
    [10_001, 'refresh.many'],
  ])('may be many: %d', async (count, code) => {
    server.on(
      /^select \* from \(/,
      Array.from({ length: count }, () => row('A')),
    );
    if (code === null) expect(await found()).toEqual(['W/A']);
    else await expect(found()).rejects.toMatchObject({ name: 'Rejected', fault: { code } });
  });

  it('are of a topic that a stream feeds, in PostgreSQL', async () => {
    await expect(found({}, 'erp.prices')).rejects.toMatchObject({ fault: { code: 'refresh.stream' } });
    const connection = { url: 'mysql://127.0.0.1/erp' };
    await expect(found({ connection })).rejects.toMatchObject({ fault: { code: 'refresh.where' } });
    const source = { kind: 'http', api: { url: 'http://127.0.0.1' } };
    await expect(found({ source })).rejects.toMatchObject({ fault: { code: 'refresh.where' } });
    expect(server.asked).toEqual([]);
  });

  it('are refused with the condition', async () => {
    server.on(/^select \* from \(/, refusal('42703'));
    await expect(found()).rejects.toMatchObject({
      name: 'Rejected',
      fault: { code: 'erp.query', what: expect.stringContaining('stock with that condition') },
    });
    await until(() => server.sockets.size === 0);
  });
});
