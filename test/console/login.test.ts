/**
 * Real: broker, registry, the console as its own process with its two passwords, and Chromium. Asserted: what a person
 * does with the keyboard alone, from the log-in to what they change, what of it is asked for and on the audit, and that
 * a viewer changes nothing.
 */
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { documentKey } from '../../schemas/keys.ts';
import { audit, controls, differences, parked, refresh } from '../../schemas/topics.ts';
import type { Audit, Control, Refresh } from '../../schemas/types.ts';
import { httpGet } from '../../deploy/local/http-get.ts';
import { recordsNow } from '../infrastructure/topic-now.ts';
import { until } from '../kafka/support.ts';
import { BrowsedConsole } from './browsed-console.ts';
import { itInChromium } from './chromium.ts';
import { differenceOf, parkedOf } from './records.ts';

const shown = new BrowsedConsole();
const { instance } = shown;
const password = 'a password for the tests';
const viewerPassword = 'another one, for looking';
const acts: Audit[] = [];
const asked: Refresh[] = [];
const set: Control[] = [];

beforeAll(async () => {
  await shown.open({ password, viewerPassword });
  if (shown.isThere) await follow();
});
afterAll(() => shown.close());

async function follow(): Promise<void> {
  const sinceMs = Date.now();
  const { bus } = shown;
  await bus.readAll(audit, { sinceMs, onRecord: ({ value }) => void (value && acts.push(value)) });
  await bus.readAll(refresh, { sinceMs, onRecord: ({ value }) => void (value && asked.push(value)) });
  await bus.readAll(controls, { sinceMs, onRecord: ({ value }) => void (value && set.push(value)) });
}

async function logIn(word: string, place = ''): Promise<{ page: Page; complaints: string[] }> {
  const page = await (await shown.browser.newContext()).newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(shown.url);
  await typeIn(page, word);
  await page.getByText('Live', { exact: true }).waitFor();
  await page.goto(`${shown.url}/#/${place}`);
  return { page, complaints };
}

async function typeIn(page: Page, word: string): Promise<void> {
  // The page has the focus there by itself, a moment after it is there.
  await page.locator('#user:focus').waitFor();
  await page.keyboard.type('Jane Doe');
  await page.keyboard.press('Tab');
  await page.keyboard.type(word);
  await page.keyboard.press('Enter');
}

/** In the dialog that is open: the reason, and the button behind it. */
async function giveReason(page: Page, reason: string): Promise<void> {
  await page.getByRole('dialog').waitFor();
  await page.getByLabel(/^Why/).focus();
  await page.keyboard.type(reason);
  // Not before what it would come to is shown.
  await page.locator('#ask-go:enabled').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

const actOf = async (reason: string): Promise<Audit> => {
  await until(`the act "${reason}"`, () => acts.some((one) => one.reason === reason));
  return acts.find((one) => one.reason === reason)!;
};
const requestFor = async (key: string): Promise<Refresh> => {
  await until(`the request for ${key}`, () => asked.some((one) => one.key === key));
  return asked.find((one) => one.key === key)!;
};

itInChromium('logs in, releases a parked record for a reason, and logs out, by keyboard', async () => {
  const key = `${instance}/default/000000042`;
  const record = parkedOf(instance, { key });
  await shown.bus.publish(parked, { value: record });
  const page = await shown.browser.newPage();
  await page.goto(shown.url);
  expect(page.url()).toBe(`${shown.url}/login`);
  await typeIn(page, 'not the password');
  await page.getByRole('alert').getByText('This is not the password').waitFor();
  await typeIn(page, password);
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Parked' }).press('Enter');
  await page.getByRole('button', { name: `Release ${key}` }).press('Enter');
  await page.getByText('1 would be asked for at their source').waitFor();
  await giveReason(page, 'the mapping is there now');
  await page.getByRole('status').getByText('1 asked for.').waitFor();
  expect(await requestFor(key)).toMatchObject({
    topic: 'magento.orders',
    reason: 'released',
    requestedBy: 'console Jane Doe',
    always: true,
  });
  expect(await actOf('the mapping is there now')).toMatchObject({
    actor: 'Jane Doe',
    action: 'parked.release',
    keys: [documentKey(record)],
    count: 1,
    tool: 'console',
  });

  await page.getByRole('button', { name: 'Log out' }).press('Enter');
  await page.waitForURL(`${shown.url}/login`);
  expect((await httpGet(`${shown.url}/api/status`, 60_000))?.status).toBe(401);
  expect((await httpGet(`${shown.url}/readyz`, 60_000))?.status).toBe(200);
});

itInChromium('discards all of a cause, of this instance alone', async () => {
  const { page, complaints } = await logIn(password, 'parked');
  const [code, reason] = ['order.product_type_unsupported', 'entered by hand'];
  const records = ['1', '2'].map((one) => parkedOf(instance, { code, key: `${instance}/default/${one}` }));
  const other = parkedOf(`${instance}-other`, { code, key: 'x/default/1' });
  for (const value of [...records, other]) await shown.bus.publish(parked, { value });
  await page.getByRole('button', { name: `${code} 2` }).press('Enter');
  await page.getByRole('button', { name: 'Discard all 2' }).press('Enter');
  await page.getByText('2 would not be applied').waitFor();
  await giveReason(page, reason);
  await page.getByRole('button', { name: `${code} 2` }).waitFor({ state: 'detached' });
  const act = await actOf(reason);
  expect([act.action, act.subject, act.keys.toSorted()]).toEqual([
    'parked.discard',
    `cause ${code}`,
    records.map((one) => documentKey(one)).toSorted(),
  ]);
  expect(complaints).toEqual([]);
  await shown.bus.tombstone(parked, documentKey(other));
});

itInChromium(
  'repairs what differs: shows what it comes to, and nothing happens before it is done',
  async () => {
    const { page, complaints } = await logIn(password, 'differences');
    const own = [
      differenceOf(instance, { key: 'W1/R-1' }),
      differenceOf(instance, { key: 'W1/R-1', field: 'status' }),
      differenceOf(instance, { key: 'W1/R-2' }),
    ];
    for (const value of own) await shown.bus.publish(differences, { value });
    await page.getByRole('button', { name: /stock: changed_by_hand 3/ }).press('Enter');
    await page.getByRole('button', { name: 'Repair all 3' }).press('Enter');
    await page.getByText('2 keys would be read at their source again').waitFor();
    await page.getByRole('button', { name: 'Cancel' }).press('Enter');
    await page.getByRole('button', { name: 'Repair W1/R-2' }).press('Enter');
    await page.getByText('One key would be read').waitFor();
    await giveReason(page, 'counted again');
    expect(await requestFor('W1/R-2')).toMatchObject({ topic: 'erp.stock', requestedBy: 'console Jane Doe' });
    // What was cancelled came before it, so it would be there by now.
    expect((await recordsNow(shown.bus, refresh)).map(({ key }) => key)).not.toContain('W1/R-1');
    expect(await actOf('counted again')).toMatchObject({ action: 'differences.repair', count: 1 });
    for (const value of own) await shown.bus.tombstone(differences, differences.key(value));
    expect(complaints).toEqual([]);
  },
);

/** While it is done no field can be changed, so that what is done is what was shown; refused, it can be tried again. */
async function goWhileOthersAct(page: Page): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const refusal = { error: 'busy', what: 'Others are being answered', fix: 'Ask again in a moment' };
  await page.route('**/api/controls', async (route) => {
    if (route.request().postData()?.includes('dryRun')) return route.continue();
    await promise;
    return route.fulfill({ status: 503, json: refusal });
  });
  await page.locator('#ask-go:enabled').press('Enter');
  await page.getByText('Doing it').waitFor();
  expect(await page.getByLabel('A number or schedule').isDisabled()).toBe(true);
  resolve();
  await page.getByText('It was not done: Others are being answered').waitFor();
  expect(await page.getByLabel('A number or schedule').isDisabled()).toBe(false);
  await page.unroute('**/api/controls');
}

itInChromium('pauses a flow and sets what it has in work, and shows both, and who did it', async () => {
  const { page, complaints } = await logIn(password, 'controls');
  await page.getByRole('button', { name: 'Pause inventory-applier' }).press('Enter');
  await giveReason(page, 'the shop is moved');
  await page.getByRole('button', { name: 'Resume inventory-applier' }).waitFor();
  await page.getByRole('button', { name: 'Set how much inventory-applier has in work' }).press('Enter');
  await page.getByLabel('A number or schedule').fill('0');
  await page.getByLabel(/^Why/).fill('it is slow');
  await page.getByText('concurrency cannot be set to 0').waitFor();
  expect(await page.locator('#ask-go').isDisabled()).toBe(true);
  await page.getByLabel('A number or schedule').fill('3');
  await page.getByLabel(/^Why/).focus();
  await page.getByText('inventory-applier would begin and read nothing more. At once: at most 3').waitFor();
  await goWhileOthersAct(page);
  await giveReason(page, '');
  await page.getByRole('button', { name: 'Set how much reconciler has in work, or when' }).press('Enter');
  await page.getByLabel('A number or schedule').fill('15m');
  await giveReason(page, 'after the import');
  await page.locator('#controls tbody tr', { hasText: /reconciler[^]*15m[^]*after the import/ }).waitFor();
  const row = page.locator('#controls tbody tr', { hasText: 'it is slow' });
  await row.waitFor();
  expect(await row.innerText()).toMatch(/Stock[^]*paused[^]*at most 3[^]*default[^]*Jane Doe/);
  await until('what is set', () => set.some((one) => one.instance === instance && one.concurrencyMax === 3));
  expect(set.findLast((one) => one.instance === instance && one.reader !== 'reconciler')).toMatchObject({
    reader: 'inventory-applier',
    paused: true,
    concurrencyMax: 3,
    setBy: 'Jane Doe',
    reason: 'it is slow',
  });
  await page.getByRole('link', { name: 'Audit' }).press('Enter');
  const line = page.locator('#audit tbody tr', { hasText: 'it is slow' });
  await line.waitFor();
  expect(await line.innerText()).toMatch(/Jane Doe[^]*console[^]*set[^]*inventory-applier: concurrency 3/);
  expect(complaints).toEqual([]);
});

itInChromium('lets a viewer look and change nothing', async () => {
  const { page, complaints } = await logIn(viewerPassword, 'controls');
  await page.locator('#controls tbody tr').first().waitFor();
  await page.getByText('Jane Doe (may look)').waitFor();
  expect(await page.getByRole('button', { name: /^(Pause|Set)/ }).count()).toBe(0);
  const answered = await page.evaluate(async () => {
    const body = JSON.stringify({ flow: 'orders', action: 'pause', reason: 'I may not' });
    const headers = { 'content-type': 'application/json' };
    return (await fetch('/api/controls', { method: 'POST', headers, body })).status;
  });
  expect(answered).toBe(403);
  expect(complaints).toEqual([]);
});
