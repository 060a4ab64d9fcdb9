/**
 * Real: broker, registry, the console as its own process with a password, and Chromium. Asserted: what a person does
 * with the keyboard alone, from the log-in to asking for a record again, and what of it is on the audit.
 */
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { documentKey } from '../../schemas/keys.ts';
import { audit, parked, refresh } from '../../schemas/topics.ts';
import type { Audit, Refresh } from '../../schemas/types.ts';
import { httpGet } from '../../deploy/local/http-get.ts';
import type { Bus } from '../../services/platform/kafka/types.ts';
import { until } from '../kafka/support.ts';
import { itInChromium, openChromium } from './chromium.ts';
import { applyTopics, newInstance, openBus, startConsoleProcess } from './console-process.ts';
import type { ConsoleProcess } from './console-process.ts';
import { parkedOf } from './records.ts';

const instance = newInstance();
const password = 'a password for the tests';
let browser: Browser | null = null;
let bus: Bus;
let server: ConsoleProcess;

beforeAll(async () => {
  browser = await openChromium();
  if (browser === null) return;
  await applyTopics(instance);
  bus = openBus(instance);
  server = await startConsoleProcess(instance, { password });
}, 60_000);
afterAll(async () => {
  if (browser === null) return;
  await browser.close();
  await server.stop();
  await bus.close();
}, 30_000);

itInChromium(
  'logs in, asks for a parked record again, and logs out, by keyboard',
  async () => {
    const acts: Audit[] = [];
    const asked: Refresh[] = [];
    const sinceMs = Date.now();
    await bus.readAll(audit, { sinceMs, onRecord: ({ value }) => void (value && acts.push(value)) });
    await bus.readAll(refresh, { sinceMs, onRecord: ({ value }) => void (value && asked.push(value)) });
    const key = `${instance}/default/000000042`;
    const record = parkedOf(instance, { key });
    await bus.publish(parked, { value: record });

    const page = await browser!.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(server.url);
    expect(page.url()).toBe(`${server.url}/login`);
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
    await page.waitForURL(`${server.url}/login`);
    expect((await httpGet(`${server.url}/api/status`, 5_000))?.status).toBe(401);
    expect((await httpGet(`${server.url}/readyz`, 5_000))?.status).toBe(200);
    expect(complaints).toEqual([]);
  },
  60_000,
);
