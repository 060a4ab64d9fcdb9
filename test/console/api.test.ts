/**
 * Real: broker, registry, and the console as its own process. What the other processes would write is written by the
 * test. Asserted: what `GET /api/status`, `/api/story` and `/api/events` answer, also after a restart.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { get } from 'node:http';
import { documentKey } from '../../schemas/keys.ts';
import { audit, cursors, differences, outcomes, parked } from '../../schemas/topics.ts';
import { httpGet } from '../../deploy/local/http-get.ts';
import type { Status } from '../../services/console/status.ts';
import { listed } from '../../services/operations/parked/records.ts';
import type { ShownStory } from '../../services/console/stories.ts';
import type { Bus } from '../../services/platform/kafka/types.ts';
import { until } from '../kafka/support.ts';
import { newInstance, openBus, startConsoleProcess } from './console-process.ts';
import type { ConsoleProcess } from './console-process.ts';
import { differenceOf, outcomeOf, parkedOf, secretAddress } from './records.ts';

const instance = newInstance();
let bus: Bus;
let page: ConsoleProcess;

beforeAll(async () => {
  bus = openBus(instance);
  page = await startConsoleProcess(instance);
});
afterAll(async () => {
  await page.stop();
  await bus.close();
});

const body = async (path: string) => (await httpGet(page.url + path, 60_000))?.body ?? '';
const status = async () => JSON.parse(await body('/api/status')) as Status;
const flow = (now: Status, name: string) => now.flows.find((one) => one.name === name)!;

describe('GET /api/status', () => {
  it('counts what became of the records, with their ages', async () => {
    const finishedAt = Date.now();
    const own = [
      { status: 'applied', occurredAt: finishedAt - 2_000 },
      { status: 'applied', occurredAt: finishedAt - 60_000, attempts: 3 },
      { status: 'rejected', code: 'magento.quantity_out_of_range' },
      { status: 'applied', finishedAt: finishedAt - 2 * 3_600_000 },
    ];
    for (const [offset, one] of own.entries())
      await bus.publish(outcomes, { value: outcomeOf(instance, { finishedAt, offset, ...one }) });
    await bus.publish(outcomes, { value: outcomeOf('somebody-else', { key: 'WH/NOT-OURS' }) });

    await until('4 outcomes', async () => (await status()).outcomes.length === 4);
    const now = await status();
    const stock = flow(now, 'Stock');
    expect(stock.lastHour).toMatchObject({ applied: 2, rejected: 1, held: 0 });
    expect(stock.ageP50Ms! / 2_000).toBeCloseTo(1, 1);
    expect(stock.ageP95Ms! / 60_000).toBeCloseTo(1, 1);
    expect(stock.lastThousand).toEqual({ records: 4, failedFirstTry: 2, failedFinally: 1, held: 0 });
    expect(stock).toMatchObject({ mode: 'on', targetP95Ms: 600_000, lastActivityAt: finishedAt });
    expect(flow(now, 'Shipments').mode).toBe('dry');
    expect(flow(now, 'Products').mode).toBe('off');
    expect(JSON.stringify(now.outcomes)).not.toContain('NOT-OURS');
  });

  it('says how far each group is behind, from the broker', async () => {
    await until('lags', async () => (await status()).flows.every((one) => one.lag !== null));
    // Nobody runs: no group of this instance has ever finished a record.
    expect(flow(await status(), 'Stock').lag!.started).toBe(false);
  });

  it('shows parked records until their tombstone, without their bytes or headers', async () => {
    const record = parkedOf(instance, { why: `No such customer: ${secretAddress}` });
    await bus.publish(parked, { value: record });
    await until('the record', async () => (await status()).parked.total === 1);
    const shown = (await status()).parked;
    expect(shown.byCode).toEqual([
      { code: 'order.payment_unmapped', count: 1, held: 1, fix: 'Add purchaseorder to orders.dueStates' },
    ]);
    expect(shown.newest[0]!.command).toBe(`cartage parked release ${documentKey(record)}`);
    expect(await body('/api/status')).not.toContain('jane.doe');
    expect(await body('/api/status')).not.toContain(
      Buffer.from(secretAddress).toString('base64').slice(0, 12),
    );

    // What the command prints, and what the page needs beside.
    const { why: _why, ...printed } = listed(documentKey(record), record);
    expect(JSON.parse(await body(`/api/parked?cause=${record.code}`))).toMatchObject([printed]);

    await bus.tombstone(parked, documentKey(record));
    await until('it to be gone', async () => (await status()).parked.total === 0);
  });

  it('counts what differs until its tombstone; the lists are those of the commands', async () => {
    const own = ['A', 'B'].map((sku, index) =>
      differenceOf(instance, { key: `W1/${sku}`, firstSeenAt: 1_000 + index }),
    );
    const other = differenceOf('somebody-else', { key: 'W1/NOT-OURS' });
    for (const value of [other, ...own]) await bus.publish(differences, { value });
    const act = { actor: instance, action: 'refresh', subject: 's', keys: ['k'], count: 1, reason: null };
    await bus.publish(audit, { value: { ...act, tool: 'cli', at: Date.now() } });
    await until('both', async () => (await status()).differences.total === 2);
    const list = JSON.parse(await body('/api/differences?kind=stock&limit=1')) as object[];
    expect(list).toEqual([{ differenceKey: `${instance}/stock/W1/A/quantity`, ...own[0] }]);
    const acts = async () => JSON.parse(await body('/api/audit')) as { actor: string }[];
    await until('the act', async () => (await acts()).some((one) => one.actor === instance));
    for (const value of own) await bus.tombstone(differences, differences.key(value));
    await until('none', async () => (await status()).differences.total === 0);
  });

  it('shows how far the sources are read', async () => {
    const cursor = {
      process: 'erp-ingester',
      source: instance,
      position: '0/16B3748',
      slot: 'cartage',
      systemId: '7',
      epoch: 1,
      tables: null,
      seenTo: null,
      firstLoad: 'done',
      streams: [],
      updatedAt: Date.now(),
    };
    await bus.publish(cursors, { value: cursor });
    const shown = async () => (await status()).cursors.some((one) => one.source === instance);
    await until('the cursor', shown);
    await bus.tombstone(cursors, cursors.key(cursor));
    await until('it to be gone', async () => !(await shown()));
  });
});

describe('GET /api/story', () => {
  it('tells what became of one order or SKU, in order of time', async () => {
    const at = Date.now();
    for (const [offset, finishedAt] of [at, at - 5_000].entries())
      await bus.publish(outcomes, {
        value: outcomeOf(instance, { key: 'WH/STORY-7', offset, finishedAt, partition: offset }),
      });
    const told = JSON.parse(await body('/api/story?key=STORY-7')) as ShownStory;
    expect(told.happenings.map((one) => one.at)).toEqual([at - 5_000, at]);
    expect(told).toMatchObject({ kind: 'sku', isKnown: true });
    expect(JSON.stringify(told)).not.toContain('recordValue');
  });
});

describe('the process', () => {
  it('pushes what is new to an open page, at most once a second', async () => {
    const arrived: string[][] = [];
    const askedAt = performance.now();
    const call = get(`${page.url}/api/events`, { agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        const events = text.split('\n\n');
        text = events.pop()!;
        for (const event of events.filter((one) => one.includes('data: '))) {
          const seen = JSON.parse(event.slice(event.indexOf('data: ') + 6)) as Status;
          arrived.push(seen.outcomes.map(({ key }) => key));
        }
      });
    });
    await until('the first status', () => arrived.length > 0);
    for (let offset = 0; offset < 200; offset += 1)
      await bus.publish(outcomes, { value: outcomeOf(instance, { key: `WH/PUSH-${offset}`, offset }) });
    await until('the last one', () => arrived.at(-1)!.includes('WH/PUSH-199'));
    call.destroy();
    // How far apart they arrive says nothing: one that was held up on its way comes close to the next.
    expect(arrived.length).toBeLessThanOrEqual(2 + (performance.now() - askedAt) / 1_000);
  });

  it('knows the same after a restart, from the topics alone, and ends at once with pages open', async () => {
    const before = await status();
    const call = get(`${page.url}/api/events`, { agent: false }, (answer) => void answer.resume());
    call.on('error', () => undefined);
    // It says by its code that it did not wait for them.
    expect(await page.stop()).toBe(0);

    page = await startConsoleProcess(instance);
    await until('ready', async () => (await httpGet(`${page.url}/readyz`, 60_000))?.status === 200);
    const after = await status();
    expect(after.complete).toBe(true);
    expect(flow(after, 'Stock').lastThousand).toEqual(flow(before, 'Stock').lastThousand);
    expect(after.outcomes.map(({ key }) => key).toSorted()).toEqual(
      before.outcomes.map(({ key }) => key).toSorted(),
    );
  });
});
