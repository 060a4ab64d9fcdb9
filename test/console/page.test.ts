/**
 * Real: broker, registry, the console as its own process, and Chromium looking at its page. Asserted: what a person
 * sees without reloading, and that nothing a record holds becomes HTML.
 */
import { afterAll, beforeAll, expect } from '@jest/globals';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { documentKey } from '../../schemas/keys.ts';
import { controls, outcomes, parked } from '../../schemas/topics.ts';
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

itInChromium(
  'tells the story of a SKU as a time line, with what each side says, by keyboard alone',
  async () => {
    const { page, complaints } = await visit();
    const [first, second] = ['12.0000, in stock', 'no such product'];
    const own = { key: 'WH/CHAIR', finishedAt: Date.now() - 60_000 };
    await shown.bus.publish(outcomes, {
      value: outcomeOf(instance, { ...own, cause: first, targetId: 'main/CHAIR' }),
    });
    const held = { status: 'held', code: 'stock.sku_unknown', cause: second, attempts: 2 };
    await shown.bus.publish(outcomes, {
      value: outcomeOf(instance, { ...own, ...held, finishedAt: Date.now() }),
    });
    await page.getByRole('searchbox').focus();
    await page.keyboard.type('CHAIR');
    await page.keyboard.press('Enter');
    const rows = page.locator('#story-line tbody tr');
    await page.locator('#story[aria-busy=false]').waitFor();
    await rows.nth(1).waitFor();
    const texts = await rows.allInnerTexts();
    expect(texts.map((text) => [first, second].findIndex((one) => text.includes(one)))).toEqual([0, 1]);
    expect(await page.locator('#story-said').innerText()).toMatch(
      /Of the shop not all is known: .*ECONNREFUSED/,
    );
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('story-title');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.locator('#story').isHidden()).toBe(true);
    expect(complaints).toEqual([]);
  },
);

itInChromium('names keys of the last day where nobody knows of what was typed', async () => {
  const { page } = await visit();
  await shown.bus.publish(outcomes, { value: outcomeOf(instance, { key: 'WH/STOOL-OAK' }) });
  await page.locator('#outcomes', { hasText: 'WH/STOOL-OAK' }).waitFor();
  await page.getByRole('searchbox').fill('STOOL');
  await page.getByText('Show its story').click();
  await page.getByText('Something like it: WH/STOOL-OAK').waitFor();
});

itInChromium('has nothing that those who hear it or type it could not use', async () => {
  const page = await shown.browser.newPage({ bypassCSP: true });
  const record = parkedOf(instance, { key: `${instance}/default/000000077` });
  await shown.bus.publish(parked, { value: record });
  await shown.bus.publish(outcomes, { value: outcomeOf(instance, { key: 'WH/HEARD' }) });
  await page.goto(shown.url);
  await page.locator('#parked tbody tr', { hasText: '000000077' }).waitFor();
  await page.getByRole('searchbox').fill('HEARD');
  await page.getByText('Show its story').click();
  await page.locator('#story-line tbody tr').first().waitFor();
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () =>
    (await (globalThis as never as { axe: typeof axe }).axe.run()).violations.map(
      ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(' ')}`,
    ),
  );
  expect(found.filter((one) => /^(serious|critical)/.test(one))).toEqual([]);
  await shown.bus.tombstone(parked, documentKey(record));
});

itInChromium('shows what an operator has set of a flow, and why', async () => {
  const { page, complaints } = await visit();
  const by = {
    instance,
    reader: 'inventory-applier',
    reason: 'the shop is moved',
    setBy: 'ada',
    setAt: Date.now(),
  };
  await shown.bus.publish(controls, { value: { ...by, paused: true, concurrencyMax: 2, batchMax: null } });
  const row = page.locator('#flows tbody tr', { hasText: 'the shop is moved' });
  await row.waitFor();
  expect(await row.innerText()).toMatch(/Stock[^]*paused[^]*at most 2 at once/);
  expect(complaints).toEqual([]);
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
