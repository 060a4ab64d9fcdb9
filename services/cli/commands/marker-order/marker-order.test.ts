/** Real: the configuration and the command. No shop, no ERP and no broker is asked. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { markerOrder } from './marker-order.ts';

const file = join(mkdtempSync(join(tmpdir(), 'cartage-marker-')), 'cartage.yaml');
function configured(staging: boolean, marker = '{}'): { config: string } {
  const set = 'a'.repeat(32);
  const credentials = `{ consumerKey: ${set}, consumerSecret: ${set}, accessToken: ${set}, accessTokenSecret: ${set} }`;
  const kafka = '{ brokers: ["127.0.0.1:1"], registry: { url: "http://127.0.0.1:1" } }';
  writeFileSync(
    file,
    `instance: main\nkafka: ${kafka}\nerp: { connection: { url: "postgres://127.0.0.1:1/x" } }
magento: { url: "http://127.0.0.1:1", staging: ${staging}, credentials: ${credentials} }\nmarker: ${marker}`,
  );
  return { config: file };
}

const print = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
afterEach(() => void print.mockClear());

describe('cartage marker-order', () => {
  it('is refused for a shop that is not marked as staging, and says how to mark it', async () => {
    const fault = { code: 'marker.not_staging', fix: expect.stringContaining('magento.staging: true') };
    await expect(markerOrder(configured(false))).rejects.toMatchObject({ fault });
    await expect(markerOrder({ ...configured(false), dryRun: true })).rejects.toMatchObject({ fault });
    await expect(markerOrder({ ...configured(false), cleanUp: true })).rejects.toMatchObject({ fault });
  });

  it('says what it would do, and what is not configured, and asks nobody', async () => {
    const marker = '{ product: { make: [{ sql: select 1 }] } }';
    expect(await markerOrder({ ...configured(true, marker), dryRun: true })).toBe(0);
    const said = print.mock.calls.join('');
    expect(said).toContain('run marker.product.make in the ERP: 1 step\n');
    expect(said).toContain('run marker.parcel.make in the ERP: not configured\n');
    print.mockClear();
    expect(await markerOrder({ ...configured(true, marker), dryRun: true, sku: 'MUG', json: true })).toBe(0);
    const { plan } = JSON.parse(print.mock.calls.join('')) as { plan: string[] };
    expect(plan[0]).toBe('wait for MUG to be for sale in the shop');
    expect(plan.filter((line) => line.includes('product.'))).toEqual([]);
  });
});
