import { expect, it } from '@jest/globals';
import { erpSection } from '../platform/config/sections/erp.ts';
import { fulfilmentsSection } from '../platform/config/sections/fulfilments.ts';
import { Unavailable } from '../platform/errors.ts';
import { logTo } from '../platform/flow/testing/context.ts';
import { openMetrics } from '../platform/telemetry/metrics.ts';
import { openRecords } from './ask-records.ts';

it.each(['postgres://nobody@127.0.0.1:1/none', 'mysql://nobody@127.0.0.1:1/none'])(
  'an ERP that feeds no such topic knows of nothing there, and is not asked: %s',
  async (url) => {
    const source = url.startsWith('mysql') ? { kind: 'polling', tables: {} } : {};
    const config = {
      erp: erpSection.parse({ connection: { url }, source: url.startsWith('mysql') ? source : undefined }),
      fulfilments: fulfilmentsSection.parse({ since: '2020-01-01T00:00:00Z', carriers: {} }),
    };
    const configuration = { config, current: () => config } as unknown as Parameters<typeof openRecords>[0];
    const asked = openRecords(configuration, { log: logTo([]), metrics: openMetrics('test', 'main') });
    expect(await asked.of('erp.prices', ['MUG'])).toEqual([]);
    await asked.probe();
    await asked.close();
  },
);

it('asks whichever stream there is whether the ERP answers', async () => {
  const streams = {
    prices: {
      topic: 'erp.prices',
      key: { id: 'int8' },
      query: 'select 1',
      find: 'select id from item where sku in ($records.sku)',
      watch: [{ table: 'item', key: 'id' }],
    },
  };
  const config = {
    erp: erpSection.parse({ connection: { url: 'postgres://nobody@127.0.0.1:1/none' }, streams }),
    fulfilments: fulfilmentsSection.parse({ since: '2020-01-01T00:00:00Z', carriers: {} }),
  };
  const configuration = { config, current: () => config } as unknown as Parameters<typeof openRecords>[0];
  const asked = openRecords(configuration, { log: logTo([]), metrics: openMetrics('test', 'main') });
  await expect(asked.probe()).rejects.toBeInstanceOf(Unavailable);
  await asked.close();
});
