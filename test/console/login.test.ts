/**
 * Real: broker, registry, the console as its own process with a password, and Chromium. Asserted: what a person does
 * with the keyboard alone, from the log-in to asking for a record again, and what of it is on the audit.
 */
import { afterAll, beforeAll, expect } from '@jest/globals';
import { documentKey } from '../../schemas/keys.ts';
import { audit, parked, refresh } from '../../schemas/topics.ts';
import type { Audit, Refresh } from '../../schemas/types.ts';
import { httpGet } from '../../deploy/local/http-get.ts';
import { until } from '../kafka/support.ts';
import { BrowsedConsole } from './browsed-console.ts';
import { itInChromium } from './chromium.ts';
import { parkedOf } from './records.ts';

const shown = new BrowsedConsole();
const { instance } = shown;
const password = 'a password for the tests';
beforeAll(() => shown.open({ password }));
afterAll(() => shown.close());

itInChromium('logs in, asks for a parked record again, and logs out, by keyboard', async () => {
  const acts: Audit[] = [];
  const asked: Refresh[] = [];
  const sinceMs = Date.now();
  await shown.bus.readAll(audit, { sinceMs, onRecord: ({ value }) => void (value && acts.push(value)) });
  await shown.bus.readAll(refresh, { sinceMs, onRecord: ({ value }) => void (value && asked.push(value)) });
  const key = `${instance}/default/000000042`;
  const record = parkedOf(instance, { key });
  await shown.bus.publish(parked, { value: record });

  const page = await shown.browser.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(shown.url);
  expect(page.url()).toBe(`${shown.url}/login`);
  await page.keyboard.type('Jane Doe');
  await page.keyboard.press('Tab');
  await page.keyboard.type('not the password');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('This is not the password').waitFor();
  await page.keyboard.type('Jane Doe');
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await page.getByText('Live', { exact: true }).waitFor();

  const button = page.locator('#parked tbody tr', { hasText: '000000042' }).getByText('Ask again');
  await button.focus();
  await page.keyboard.press('Enter');
  await page.getByText('Asked', { exact: true }).waitFor();
  await until('the request', () => asked.some((one) => one.key === key));
  const ofRecord = ({ keys }: Audit) => keys.includes(documentKey(record));
  await until('the act', () => acts.some(ofRecord));
  expect(asked.find((one) => one.key === key)).toMatchObject({
    topic: 'magento.orders',
    reason: 'released',
    requestedBy: 'console Jane Doe',
    always: true,
  });
  expect(acts.find(ofRecord)).toMatchObject({
    actor: 'Jane Doe',
    action: 'parked.release',
    count: 1,
    tool: 'console',
  });

  await page.getByRole('button', { name: 'Log out' }).press('Enter');
  await page.waitForURL(`${shown.url}/login`);
  expect((await httpGet(`${shown.url}/api/status`, 60_000))?.status).toBe(401);
  expect((await httpGet(`${shown.url}/readyz`, 60_000))?.status).toBe(200);
  expect(complaints).toEqual([]);
});
