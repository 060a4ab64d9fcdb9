/** The client as the configuration has it, down to the socket. Double: a shop of several integrations. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { magentoSection } from '../platform/config/sections/magento.ts';
import { logTo } from '../platform/flow/testing/context.ts';
import type { Line } from '../platform/flow/testing/context.ts';
import { shareOfShop } from '../platform/processes.ts';
import { openMetrics } from '../platform/telemetry/metrics.ts';
import { connectMagento } from './connect.ts';
import { createMagento } from './magento.ts';
import type { Magento } from './magento.ts';
import { AnsweringShop, broken } from './testing/answering-shop.ts';
import { anyCredentials } from './testing/canned-shop.ts';

let shop: AnsweringShop;
let lines: Line[];
let magento: Magento | null;
beforeEach(async () => {
  shop = new AnsweringShop();
  lines = [];
  magento = null;
  await shop.listen();
});
afterEach(async () => {
  await magento?.close();
  await shop.close();
});

const next = { ...anyCredentials, accessToken: 'next', issuedOn: '2026-06-01' };

function connected(section: object = {}) {
  const given = { url: shop.url, credentials: { ...anyCredentials, issuedOn: '2026-03-01' }, ...section };
  const current = { magento: magentoSection.parse(given) };
  const metrics = openMetrics('test', 'us');
  const configuration = { config: current, current: () => current } as unknown as Parameters<
    typeof connectMagento
  >[0];
  magento = connectMagento(configuration, { metrics, log: logTo(lines) });
  const shown = async (
    name:
      | 'callLimit'
      | 'shopClockSkew'
      | 'shopCredentialsInUse'
      | 'shopCredentialsIssued'
      | 'sinkFailures'
      | 'sinkRequests',
  ) =>
    (await metrics[name].get()).values.map(({ labels, value }) => [Object.values(labels).join(' '), value]);
  return { magento, current, shown };
}

it('signs for the address that the shop sees, and keeps the codes of its store views', async () => {
  shop.seenAs = 'http://shop.example.com/';
  const { magento: client } = connected({ signingUrl: shop.seenAs, storeCodes: { 1: 'old' } });
  expect((await client.store.views()).map(({ code }) => code)).toEqual(['admin', 'old']);
});

it('counts the calls, and shows what is known of the shop after each', async () => {
  shop.nowMs = Date.now() + 60_000;
  const { magento: client, current, shown } = connected();
  await client.store.views();
  shop.answers.set('GET store/websites', broken);
  await client.store.websites().catch(() => undefined);
  expect(await shown('sinkRequests')).toEqual([
    ['magento 200', 1],
    ['magento 500', 1],
  ]);
  expect(await shown('sinkFailures')).toEqual([['magento', 1]]);
  expect(await shown('callLimit')).toEqual([['magento', shareOfShop(current.magento.callsAtOnce)]]);
  const [[, skew]] = (await shown('shopClockSkew')) as [[string, number]];
  expect(Math.round(skew / 10)).toBe(6);
  expect(await shown('shopCredentialsIssued')).toEqual([['credentials', Date.parse('2026-03-01') / 1_000]]);
  expect(await shown('shopCredentialsInUse')).toEqual([['credentials', 1]]);
});

it('takes the next credentials when the shop refuses the others, and says so', async () => {
  shop.credentials = [next];
  const { magento: client, current, shown } = connected({ nextCredentials: next });
  await client.store.views();
  await client.store.views();
  expect(lines.map(({ level, fields }) => [level, fields.inUse])).toEqual([
    ['warn', 'magento.nextCredentials'],
  ]);
  expect([client.credentialsInUse(), await shown('shopCredentialsInUse')]).toEqual([
    1,
    [
      ['credentials', 0],
      ['nextCredentials', 1],
    ],
  ]);
  // They have taken the place of the others, in the configuration too.
  current.magento = { ...current.magento, credentials: next, nextCredentials: undefined };
  await client.store.views();
  expect([await shown('shopCredentialsInUse'), await shown('shopCredentialsIssued')]).toEqual([
    [['credentials', 1]],
    [['credentials', Date.parse('2026-06-01') / 1_000]],
  ]);
});

it('knows the time of the shop by its last answer, and asks for one where that is older than a minute', async () => {
  let now = Date.parse('2026-03-01T12:00:00Z');
  magento = createMagento({ ...shop.options, now: () => now });
  shop.nowMs = now + 40_000;
  expect(await magento.serverTime()).toMatchObject({ skewMs: 40_500, serverMs: now + 40_500 });
  expect(shop.calls).toHaveLength(1);
  now += 60_000;
  expect((await magento.serverTime()).serverMs).toBe(now + 40_500);
  expect(shop.calls).toHaveLength(1);
  now += 1;
  shop.nowMs = now - 1;
  expect((await magento.serverTime()).skewMs).toBe(499);
  expect(shop.calls).toHaveLength(2);
});
