/**
 * Real: the REST client, as processes connect it. Doubles: the sandbox shop with two integrations, the log. Asserted: that
 * nobody notices when the first is deactivated while calls are under way, and what the log and the metrics say of it.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connectMagento } from '../../services/magento/connect.ts';
import type { Magento } from '../../services/magento/magento.ts';
import { magentoSection } from '../../services/platform/config/sections/magento.ts';
import { openMetrics } from '../../services/platform/telemetry/metrics.ts';
import { startShop } from '../sandbox/shop/index.ts';
import type { RunningShop } from '../sandbox/shop/index.ts';

const next = {
  consumerKey: 'n'.repeat(32),
  consumerSecret: 'n-secret',
  accessToken: 'm'.repeat(32),
  accessTokenSecret: 'm-secret',
};
let shop: RunningShop;
let magento: Magento;
const metrics = openMetrics('order-relay', 'main');
const warnings: object[] = [];

beforeAll(async () => {
  const second = { ...next, consumerId: 2, resources: 'all' as const, status: 'active' as const };
  shop = await startShop({ integrations: [second] });
  const config = magentoSection.parse({
    url: `${shop.url}/`,
    credentials: { ...shop.credentials, issuedOn: '2026-01-31' },
    nextCredentials: next,
  });
  const configuration = { config: { magento: config }, current: () => ({ magento: config }) };
  const log = { warn: (fields: object) => warnings.push(fields) };
  magento = connectMagento(configuration as never, { metrics, log: log as never });
});
afterAll(async () => {
  await magento.close();
  await shop.close();
});

async function shown(name: string): Promise<Record<string, number>> {
  const { values } = await metrics.registry.getSingleMetric(name)!.get();
  return Object.fromEntries(
    values.map(({ labels, value }) => [String(labels['set'] ?? labels['sink']), value]),
  );
}

it('a deactivated integration gives way to the next one, and to itself again', async () => {
  await magento.store.views();
  await magento.store.views();
  expect(await shown('cartage_shop_credentials_in_use')).toEqual({ credentials: 1, nextCredentials: 0 });
  shop.shop.integrations[0]!.status = 'inactive';
  await Promise.all(Array.from({ length: 20 }, () => magento.store.views()));
  expect(warnings).toMatchObject([{ inUse: 'magento.nextCredentials' }]);
  await magento.store.views();
  expect(await shown('cartage_shop_credentials_in_use')).toEqual({ credentials: 0, nextCredentials: 1 });
  shop.shop.integrations[0]!.status = 'active';
  shop.shop.integrations[1]!.status = 'inactive';
  await magento.store.views();
  expect(warnings).toMatchObject([{ inUse: 'magento.nextCredentials' }, { inUse: 'magento.credentials' }]);
  shop.shop.integrations[0]!.status = 'inactive';
  await expect(magento.store.views()).rejects.toMatchObject({ fault: { code: 'magento.scope_missing' } });
});

it('what is known of the shop is shown: the age of the credentials, its clock, the calls that it bears', async () => {
  expect(await shown('cartage_shop_credentials_issued_timestamp_seconds')).toEqual({
    credentials: Date.parse('2026-01-31') / 1000,
  });
  expect((await shown('cartage_shop_clock_skew_seconds'))['magento']).toEqual(expect.any(Number));
  expect((await shown('cartage_sink_call_limit'))['magento']).toBeGreaterThan(0);
});
