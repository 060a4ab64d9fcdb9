/**
 * Real: broker, registry, the console as its own process, and Chromium looking at its page. Asserted: what a person
 * sees without reloading, and that nothing a record holds becomes HTML.
 */
import { afterAll, beforeAll, expect } from '@jest/globals';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { documentKey } from '../../schemas/keys.ts';
import { audit, controls, differences, outcomes, parked } from '../../schemas/topics.ts';
import { flows } from '../../services/console/flows.ts';
import { BrowsedConsole } from './browsed-console.ts';
import { itInChromium } from './chromium.ts';
import { differenceOf, outcomeOf, parkedOf, secretAddress } from './records.ts';

const shown = new BrowsedConsole();
const { instance } = shown;
beforeAll(() => shown.open());
afterAll(() => shown.close());

interface Visit {
  page: Page;
  /** What the browser complained of: scripts that failed, policies that were broken. */
  complaints: string[];
}

async function visit(place = '', width = 1280): Promise<Visit> {
  const page = await shown.browser.newPage({ viewport: { width, height: 900 } });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await page.goto(`${shown.url}/#/${place}`);
  await page.getByText('Live', { exact: true }).waitFor();
  return { page, complaints };
}

itInChromium('says what will appear where there is nothing yet', async () => {
  const { page, complaints } = await visit();
  await page.getByText('No outcomes in the last 24 hours.').waitFor();
  expect(await page.locator('#flows tbody tr').count()).toBe(flows.length);
  for (const [name, words] of [
    ['Parked', 'Nothing is parked.'],
    ['Differences', 'Nothing differs.'],
  ] as const) {
    await page.getByRole('navigation').getByText(name).click();
    await page.getByText(words).waitFor();
  }
  // Nobody listens where the shop of these tests is.
  await page.locator('#notice').getByText('The shop does not answer as it should since').waitFor();
  expect(complaints).toEqual([]);
});

itInChromium(
  'shows a parked record with cause, fix and command until it is settled, without a reload',
  async () => {
    const { page, complaints } = await visit('parked');
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
  await shown.bus.publish(differences, {
    value: differenceOf(instance, { key: `W1/${attack}`, wanted: attack, found: attack, why: attack }),
  });
  await page.locator('#outcomes tbody tr').getByText(attack).first().waitFor();
  await page.getByRole('navigation').getByText('Parked').click();
  await page.locator('#parked tbody tr').getByText(attack).first().waitFor();
  await page.getByRole('navigation').getByText('Differences').click();
  await page.locator('#differences tbody tr').getByText(attack).first().waitFor();
  expect(await page.locator('main img, main script').count()).toBe(0);
  expect(await page.title()).toBe('Differences – Cartage console');
  await shown.bus.tombstone(differences, differences.key(differenceOf(instance, { key: `W1/${attack}` })));
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
    await page.getByRole('button', { name: 'What was believed?' }).press('Enter');
    const then = page.locator('#stock-at tbody tr', { hasText: 'WH/CHAIR' });
    await then.waitFor();
    expect(await then.innerText()).toMatch(/not kept[^]*12\.0000, in stock/);
    await askTwice(page);
    await page.locator('#story-title').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('#story').waitFor({ state: 'hidden' });
    expect(complaints.filter((one) => !one.includes('401'))).toEqual([]);
  },
);

/** The first is answered last, which is too late; the second when the log-in has ended. */
async function askTwice(page: Page): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let questions = 0;
  await page.route('**/api/stock-at?*', async (route) => {
    questions += 1;
    if (questions > 1) return route.fulfill({ status: 401, json: { error: 'not_logged_in' } });
    await promise;
    return route.fulfill({ json: [] });
  });
  const button = page.getByRole('button', { name: 'What was believed?' });
  await button.press('Enter');
  await page.getByText('Reading what the topics hold').waitFor();
  await button.press('Enter');
  const refused = page.getByText('It cannot be told: your log-in has ended. Load the page again');
  await refused.waitFor();
  const late = page.waitForResponse((one) => one.url().includes('/api/stock-at') && one.ok());
  resolve();
  await (await late).finished();
  // A turn of the page, in which it would be drawn.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))));
  expect(await refused.isVisible()).toBe(true);
}

itInChromium('names keys of the last day where nobody knows of what was typed', async () => {
  const { page } = await visit();
  await shown.bus.publish(outcomes, { value: outcomeOf(instance, { key: 'WH/STOOL-OAK' }) });
  await page.locator('#outcomes', { hasText: 'WH/STOOL-OAK' }).waitFor();
  await page.getByRole('searchbox').fill('STOOL');
  await page.getByText('Show its story').click();
  await page.getByText('Something like it: WH/STOOL-OAK').waitFor();
});

itInChromium('has on no page what those who hear it or type it could not use', async () => {
  const page = await shown.browser.newPage({ bypassCSP: true });
  const record = parkedOf(instance, { key: `${instance}/default/000000077` });
  const difference = differenceOf(instance, { key: 'W1/HEARD', repair: 'failed' });
  await shown.bus.publish(parked, { value: record });
  await shown.bus.publish(differences, { value: difference });
  await shown.bus.publish(outcomes, { value: outcomeOf(instance, { key: 'WH/HEARD' }) });
  const act = { actor: 'ada', action: 'refresh', subject: 'keys of erp.stock', keys: ['WH/HEARD'], count: 1 };
  await shown.bus.publish(audit, { value: { ...act, reason: 'to be heard', tool: 'cli', at: Date.now() } });
  const visible: Record<string, string> = {
    overview: '#charts svg',
    parked: '#parked tbody tr:has-text("000000077")',
    differences: '#differences tbody tr:has-text("W1/HEARD")',
    controls: '#controls tbody tr:has-text("order-exporter")',
    audit: '#audit tbody tr:has-text("to be heard")',
    'go-live': '#go-live tbody tr',
    'story/HEARD': '#story-line tbody tr',
  };
  const found: string[] = [];
  for (const [place, there] of Object.entries(visible)) {
    await page.goto(`${shown.url}/?${place}#/${place}`);
    if (place === 'go-live') await page.getByText('Judge', { exact: true }).click();
    await page.locator(there).first().waitFor();
    found.push(...(await complaintsOfAxe(page, place)));
    if (place === 'controls') {
      await page.locator('#controls').getByText('Set…').first().click();
      await page.getByRole('dialog').waitFor();
      found.push(...(await complaintsOfAxe(page, 'the dialog')));
    }
  }
  expect(found).toEqual([]);
  await shown.bus.tombstone(parked, documentKey(record));
  await shown.bus.tombstone(differences, differences.key(difference));
});

/** Serious findings. */
async function complaintsOfAxe(page: Page, place: string): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () =>
    (await (globalThis as never as { axe: typeof axe }).axe.run()).violations.map(
      ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(' ')}`,
    ),
  );
  return found.filter((one) => /^(serious|critical)/.test(one)).map((one) => `${place}: ${one}`);
}

itInChromium('draws the last day of a flow, and says what was drawn to those who do not see it', async () => {
  const { page, complaints } = await visit();
  await shown.bus.publish(outcomes, {
    value: outcomeOf(instance, { process: 'catalog-applier', topic: 'erp.prices', key: 'DRAWN' }),
  });
  await page.locator('#outcomes', { hasText: 'DRAWN' }).waitFor();
  // Charts are drawn once a minute: a new look shows what has come.
  await page.reload();
  const chart = page.getByRole('img', {
    name: /^Prices, the last 24 hours: 1 records, 0 rejected; age at P95/,
  });
  await chart.waitFor();
  expect(await chart.locator('rect.records').count()).toBe(1);
  expect(complaints).toEqual([]);
});

itInChromium('shows what differs by kind and cause, since when, and what is at risk', async () => {
  const { page, complaints } = await visit('differences');
  const now = Date.now();
  const price = { kind: 'prices', topic: 'erp.prices', key: 'P-1', field: 'base', side: 'shop' };
  const money = { valueMinor: 250, digits: 2, currency: 'EUR' };
  const own = [
    differenceOf(instance, {
      ...price,
      ...money,
      wanted: '12.50',
      found: '10.00',
      firstSeenAt: now - 7_200_000,
    }),
    differenceOf(instance, { key: 'W1/GONE', cause: 'deleted', found: null, firstSeenAt: now - 60_000 }),
  ];
  for (const value of own) await shown.bus.publish(differences, { value });
  await page.getByRole('button', { name: /prices: changed_by_hand.*2\.50 EUR.*2 h/ }).waitFor();
  await page.getByRole('button', { name: /stock: deleted/ }).click();
  const rows = page.locator('#differences tbody tr');
  await page
    .locator('#differences', { hasText: 'W1/GONE' })
    .and(page.locator(':not(:has-text("P-1"))'))
    .waitFor();
  expect(await rows.allInnerTexts()).toEqual([
    expect.stringMatching(/W1\/GONE[^]*5[^]*nothing[^]*in the shop/),
  ]);
  for (const value of own) await shown.bus.tombstone(differences, differences.key(value));
  await page.getByText('Nothing differs.').waitFor();
  expect(complaints).toEqual([]);
});

itInChromium('judges a go-live', async () => {
  const { page, complaints } = await visit('go-live');
  await page.getByLabel('Switched on at').press('Enter');
  await page.getByText(/^24\.0 of 72 hours/).waitFor();
  const text = await page.locator('#go-live').innerText();
  expect(text).toMatch(/Stock[^]*P95 of the age within/);
  expect(text).toContain('no record parked for more than a day');
  expect(complaints).toEqual([]);
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
  await shown.bus.publish(controls, {
    value: { ...by, paused: true, concurrencyMax: 2, batchMax: null, schedule: null },
  });
  const row = page.locator('#flows tbody tr', { hasText: 'the shop is moved' });
  await row.waitFor();
  expect(await row.innerText()).toMatch(/Stock[^]*paused[^]*at most 2 at once/);
  expect(complaints).toEqual([]);
});

itInChromium('fits a phone without scrolling sideways', async () => {
  const { page } = await visit('', 390);
  const long = `${'VERY-LONG-SKU-'.repeat(12)}X`;
  const record = parkedOf(instance, {
    key: long,
    cause: long,
    code: 'a.code_that_is_rather_long_for_a_phone',
  });
  await shown.bus.publish(parked, { value: record });
  await shown.bus.publish(outcomes, { value: outcomeOf(instance, { key: long }) });
  const difference = differenceOf(instance, { key: long, wanted: long, found: long });
  await shown.bus.publish(differences, { value: difference });
  const visible = ['overview #outcomes', 'parked #parked', 'differences #differences', 'controls #controls'];
  for (const [place = '', table = ''] of visible.map((one) => one.split(' '))) {
    await page.goto(`${shown.url}/#/${place}`);
    const row = page.locator(`${table} tbody tr`, { hasText: place === 'controls' ? 'order-relay' : long });
    await row.first().waitFor();
    const tooWide = await page.evaluate(() =>
      [...document.querySelectorAll('body *')]
        .filter((one) => one.getBoundingClientRect().right > innerWidth)
        .map((one) => `${one.tagName} ${one.className}: ${one.textContent}`),
    );
    expect(tooWide).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  }
  await shown.bus.tombstone(parked, documentKey(record));
  await shown.bus.tombstone(differences, differences.key(difference));
});
