/**
 * Real: broker, registry, the console as its own process, and Chromium looking at its page. Asserted: what a person
 * sees without reloading, and that nothing a record holds becomes HTML.
 */
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { documentKey } from '../../schemas/keys.ts';
import { outcomes, parked } from '../../schemas/topics.ts';
import { flows } from '../../services/console/flows.ts';
import { BrowsedConsole } from './browsed-console.ts';
import { itInChromium } from './chromium.ts';
import { outcomeOf, parkedOf, secretAddress } from './records.ts';

const shown = new BrowsedConsole();
const { instance } = shown;
beforeAll(() => shown.open());
afterAll(() => shown.close());

interface Visit {
  page: Page;
  /** What the browser complained of: scripts that failed, policies that were broken. */
  complaints: string[];
}

async function visit(width = 1280): Promise<Visit> {
  const page = await shown.browser.newPage({ viewport: { width, height: 900 } });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(shown.url);
  await page.getByText('Live', { exact: true }).waitFor();
  return { page, complaints };
}

itInChromium('says what will appear where there is nothing yet', async () => {
  const { page, complaints } = await visit();
  await page.getByText('Nothing is parked.').waitFor();
  await page.getByText('No outcomes in the last 24 hours.').waitFor();
  expect(await page.locator('#flows tbody tr').count()).toBe(flows.length);
  expect(complaints).toEqual([]);
});

itInChromium(
  'shows a parked record with cause, fix and command until it is settled, without a reload',
  async () => {
    const { page, complaints } = await visit();
    const record = parkedOf(instance, { key: `${instance}/default/000000042` });
    await shown.bus.publish(parked, { value: record });
    const row = page.locator('#parked tbody tr', { hasText: '000000042' });
    await row.waitFor();
    const text = await row.innerText();
    for (const expected of [record.cause, record.fix, record.code, 'held', 'Orders'])
      expect(text).toContain(expected);
    expect(text).toContain(`cartage parked release ${documentKey(record)}`);
    expect(await page.content()).not.toContain(secretAddress);

    await shown.bus.tombstone(parked, documentKey(record));
    await row.waitFor({ state: 'detached' });
    await page.getByText('Nothing is parked.').waitFor();
    expect(complaints).toEqual([]);
  },
);

itInChromium('leaves HTML in a record as the text it is', async () => {
  const { page, complaints } = await visit();
  const attack = '<img src=x onerror="document.title=\'taken\'"><script>document.title="taken"</script>';
  const record = parkedOf(instance, {
    key: `${instance}/default/<b>9`,
    cause: attack,
    why: attack,
    fix: attack,
  });
  await shown.bus.publish(parked, { value: record });
  await shown.bus.publish(outcomes, {
    value: outcomeOf(instance, { key: `WH/${attack}`, cause: attack, targetId: attack, status: attack }),
  });
  await page.locator('#parked tbody tr').getByText(attack).first().waitFor();
  await page.locator('#outcomes tbody tr').getByText(attack).first().waitFor();
  expect(await page.locator('main img, main script').count()).toBe(0);
  expect(await page.title()).toBe('Cartage console');
  expect(complaints).toEqual([]);
  await shown.bus.tombstone(parked, documentKey(record));
});

itInChromium('tells the story of a SKU', async () => {
  const { page } = await visit();
  await shown.bus.publish(outcomes, {
    value: outcomeOf(instance, { key: 'WH/CHAIR', targetId: 'default' }),
  });
  await page.locator('#outcomes', { hasText: 'WH/CHAIR' }).waitFor();
  await page.getByLabel('Order number or SKU').fill('CHAIR');
  await page.getByText('Show its story').click();
  await page.locator('#story tbody tr', { hasText: 'WH/CHAIR' }).waitFor();
});

itInChromium('fits a phone without scrolling sideways', async () => {
  const { page } = await visit(390);
  const long = `${'VERY-LONG-SKU-'.repeat(12)}X`;
  const record = parkedOf(instance, {
    key: long,
    cause: long,
    code: 'a.code_that_is_rather_long_for_a_phone',
  });
  await shown.bus.publish(parked, { value: record });
  await shown.bus.publish(outcomes, { value: outcomeOf(instance, { key: long }) });
  await page.locator('#parked tbody tr', { hasText: long }).waitFor();
  await page.locator('#outcomes tbody tr', { hasText: long }).waitFor();
  const tooWide = await page.evaluate(() =>
    [...document.querySelectorAll('body *')]
      .filter((one) => one.getBoundingClientRect().right > innerWidth)
      .map((one) => `${one.tagName} ${one.className}: ${one.textContent}`),
  );
  expect(tooWide).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  await shown.bus.tombstone(parked, documentKey(record));
});
