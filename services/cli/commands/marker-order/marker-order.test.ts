/** Real: the configuration and the command. No shop, no ERP and no broker is asked. */
import { EventEmitter } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { cleanedUp, interrupted, markerOrder, summary } from './marker-order.ts';

const file = join(mkdtempSync(join(tmpdir(), 'cartage-marker-')), 'cartage.yaml');
function configured(staging: string, marker = '{}'): { config: string } {
  const set = 'a'.repeat(32);
  const credentials = `{ consumerKey: ${set}, consumerSecret: ${set}, accessToken: ${set}, accessTokenSecret: ${set} }`;
  const kafka = '{ brokers: ["127.0.0.1:1"], registry: { url: "http://127.0.0.1:1" } }';
  writeFileSync(
    file,
    `instance: main\nkafka: ${kafka}\nerp: { connection: { url: "postgres://127.0.0.1:1/x" } }
magento: { url: "http://127.0.0.1:1", staging: ${staging || "''"}, credentials: ${credentials} }\nstock: { sources: {} }\nfulfilments: { since: "2020-01-01T00:00:00Z", carriers: {} }\nmarker: ${marker}`,
  );
  return { config: file };
}

const print = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
afterEach(() => void print.mockClear());

describe('cartage marker-order', () => {
  it('is refused for a shop that is not marked as staging, and says how to mark it', async () => {
    const fault = { code: 'marker.not_staging', fix: expect.stringContaining('magento.staging: 127.0.0.1') };
    for (const none of ['', 'false', 'true'])
      await expect(markerOrder(configured(none))).rejects.toMatchObject({ fault });
    await expect(markerOrder({ ...configured(''), dryRun: true })).rejects.toMatchObject({ fault });
    await expect(markerOrder({ ...configured(''), cleanUp: true })).rejects.toMatchObject({ fault });
  });

  it('is refused for another shop than the one that is named as staging', async () => {
    const fault = { code: 'marker.other_shop', what: expect.stringContaining('staging.example') };
    await expect(markerOrder(configured('staging.example'))).rejects.toMatchObject({ fault });
    const both = { ...configured('127.0.0.1'), cleanUp: true, sku: 'MUG' };
    await expect(markerOrder(both)).rejects.toMatchObject({ fault: { code: 'marker.options' } });
  });

  it('is interrupted by whatever would end it', () => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      const process = new EventEmitter();
      const interruption = interrupted(process);
      process.emit(signal);
      expect([signal, interruption.aborted]).toEqual([signal, true]);
    }
  });

  it('claims no cleaning up that it has not done, and of one alone says that', () => {
    const run = { sku: 'A', ok: true, stays: false, steps: [] };
    expect(summary(run)).toBe('Came through: one piece of A, 0.0 s with its cleaning up.');
    expect(summary({ ...run, stays: true })).toContain('A stays for sale: marker.product.remove is not');
    expect(cleanedUp(run)).toBe('Cleaned up: what a run with A has left, 0.0 s.');
    expect(cleanedUp({ ...run, ok: false })).toContain('Not all cleaned up');
  });

  it('says what it would do, and what is not configured, and asks nobody', async () => {
    const marker = '{ product: { make: [{ sql: select 1 }] } }';
    expect(await markerOrder({ ...configured('127.0.0.1', marker), dryRun: true })).toBe(0);
    const said = print.mock.calls.join('');
    expect(said).toContain('shop 127.0.0.1:1, ERP 127.0.0.1:1\n');
    expect(said).toContain('run marker.product.make in the ERP: 1 step\n');
    expect(said).toContain('run marker.parcel.make in the ERP: not configured\n');
    print.mockClear();
    expect(
      await markerOrder({ ...configured('127.0.0.1', marker), dryRun: true, sku: 'MUG', json: true }),
    ).toBe(0);
    const { plan } = JSON.parse(print.mock.calls.join('')) as { plan: string[] };
    expect(plan[0]).toBe('wait for MUG to be for sale in the shop');
    expect(plan.filter((line) => line.includes('product.'))).toEqual([]);
  });
});
