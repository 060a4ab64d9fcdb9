import { describe, expect, it } from '@jest/globals';
import { outcomes, parked, stock } from '../../schemas/topics.ts';
import type { Stock } from '../../schemas/types.ts';
import { LimitExceeded } from '../magento/rest/answers.ts';
import type { KnownProduct } from '../magento/products.ts';
import type { SourceItem } from '../magento/source-items.ts';
import { stockSection } from '../platform/config/sections/stock.ts';
import { Rejected } from '../platform/errors.ts';
import { fixedLimit } from '../platform/http/call-limit.ts';
import { CallQueue } from '../platform/http/call-queue.ts';
import { runStates } from '../platform/flow/states/run-states.ts';
import type { StateFlow } from '../platform/flow/states/state-flow.ts';
import { LeaseLost } from '../platform/fence.ts';
import { World } from '../platform/flow/testing/world.ts';
import type { Mode } from '../platform/groups.ts';
import { stockFlow } from './stock-flow.ts';
import { DefaultRows } from '../magento/default-rows.ts';
import { Turns } from '../platform/turns.ts';

/** A shop that takes stock, and says no as the test has it. */
function shopOf() {
  const shop = {
    requests: [] as string[],
    answered: () => Promise.resolve(),
    skus: new Set(['A', 'B', 'C']),
    refuse: (_rows: readonly SourceItem[]): Error | null => null,
    products: {
      existing: (skus: readonly string[]) =>
        Promise.resolve(
          new Map(skus.filter((sku) => shop.skus.has(sku)).map((sku) => [sku, {} as KnownProduct])),
        ),
    },
    /** SKUs of which no source has a row. */
    without: new Set<string>(),
    looks: 0,
    sourceItems: {
      read: ({ skus, sourceCode }: { skus: readonly string[]; sourceCode?: string }) => {
        shop.looks += 1;
        return Promise.resolve(
          skus.filter((sku) => !shop.without.has(sku)).map((sku) => ({ sku, sourceCode })),
        );
      },
      write: async (rows: readonly SourceItem[]) => {
        shop.requests.push(
          rows
            .map(
              ({ sku, sourceCode, quantity, status }) => `${sourceCode}/${sku}=${Number(quantity)}/${status}`,
            )
            .join(' '),
        );
        const error = shop.refuse(rows);
        await shop.answered();
        if (error) throw error;
      },
    },
    store: { views: () => Promise.resolve([]) },
  };
  return shop;
}

async function worldOf(
  shop: ReturnType<typeof shopOf>,
  options: { mode?: Mode; batch?: object; callsAtOnce?: number; rules?: object } = {},
) {
  const { mode = 'on', batch = { initial: 20, lingerMs: 200 }, callsAtOnce = 1, rules = {} } = options;
  let flow: StateFlow<Stock>;
  const world = new World<Stock>({
    seed: 1,
    contract: stock,
    partitions: 1,
    start: (context) => {
      flow = stockFlow({
        magento: { ...shop, callsAtOnce: () => callsAtOnce } as never,
        stock: stockSection.parse({
          sources: { W1: 'main', W2: 'east' },
          batch,
          safetyBuffer: 1,
          ...rules,
        }),
        settleMs: 5_000,
        mode,
        clock: context.clock,
        turns: new Turns(),
        defaultRows: new DefaultRows(shop as never, () => ['main', 'east']),
        isOld: () => false,
      });
      return runStates(context, flow);
    },
  });
  world.assignAll(await world.begin());
  const send = (source: string, sku: string, quantity: string, more: Partial<Stock> = {}) =>
    world.broker.append(stock, `${source}/${sku}`, {
      source,
      sku,
      quantity,
      sellable: true,
      deleted: false,
      twin: null,
      backorders: null,
      buffer: null,
      occurredAt: null,
      version: { epoch: 1, number: 1 },
      sourceKey: '{}',
      ...more,
    });
  const statuses = () =>
    world.broker.values(outcomes).map(({ key, status, code }) => `${key} ${code ?? status}`);
  return { world, send, statuses, flow: () => flow };
}

describe('the flow of stock', () => {
  it('writes the rows of a batch sorted, so that two batches never wait for each other crosswise', async () => {
    const shop = shopOf();
    const { flow, send } = await worldOf(shop);
    const records = [send('W1', 'C', '5'), send('W1', 'A', '5'), send('W1', 'B', '0.5')];
    await flow().apply(records, { number: 1, mode: 'on', assertCurrent: () => undefined });
    expect(shop.requests).toEqual(['main/A=4/1 main/B=0/0 main/C=4/1']);
  });

  it('probes the shop with a call', async () => {
    const shop = shopOf();
    const { flow } = await worldOf(shop);
    await flow().probe();
    shop.store.views = () => Promise.reject(new Error('Down'));
    await expect(flow().probe()).rejects.toThrow('Down');
  });

  it('begins nothing when the lease is lost', async () => {
    const shop = shopOf();
    const { flow, send } = await worldOf(shop);
    const attempt = {
      number: 1,
      mode: 'on' as const,
      assertCurrent: () => {
        throw new LeaseLost(`${stock.topic}[0]`);
      },
    };
    await expect(flow().apply([send('W1', 'A', '5')], attempt)).rejects.toBeInstanceOf(LeaseLost);
    expect(shop.requests).toEqual([]);
  });

  it('writes again what has not changed: the shop changes it too', async () => {
    const shop = shopOf();
    const { world, send } = await worldOf(shop);
    for (let times = 0; times < 2; times += 1) {
      send('W1', 'A', '5');
      await world.clock.pass(1_000);
    }
    expect(shop.requests).toEqual(['main/A=4/1', 'main/A=4/1']);
  });

  it('holds what the shop does not know, and releases it when the shop knows it', async () => {
    const shop = shopOf();
    const { world, send, statuses } = await worldOf(shop);
    send('W1', 'A', '5');
    send('W1', 'NEW', '5');
    send('W9', 'B', '5');
    await world.clock.pass(1_000);
    expect(statuses().toSorted()).toEqual([
      'W1/A applied',
      'W1/NEW stock.sku_unknown',
      'W9/B stock.source_unmapped',
    ]);
    expect(world.broker.values(parked).map(({ status }) => status)).toEqual(['held', 'held']);
    shop.skus.add('NEW');
    send('W1', 'NEW', '6');
    await world.clock.pass(1_000);
    const last = world.broker.log(parked.topic).at(-1)!;
    expect([last.key, 'value' in last && last.value]).toEqual([
      'cartage.test.applier/erp.stock/W1/NEW',
      null,
    ]);
  });

  it('holds both of two SKUs that are one product for the shop, and takes nothing from one that is only spelled anew', async () => {
    const shop = shopOf();
    shop.skus.add('a');
    const { world, send, statuses } = await worldOf(shop);
    send('W1', 'A', '5', { twin: 'a' });
    send('W1', 'a', '38', { twin: 'A' });
    send('W1', 'b', '0', { deleted: true, twin: 'B' });
    await world.clock.pass(1_000);
    expect(shop.requests).toEqual([]);
    expect(statuses().toSorted()).toEqual(['W1/A sku.twin', 'W1/a sku.twin', 'W1/b unchanged']);
    send('W1', 'A', '5');
    await world.clock.pass(1_000);
    expect(shop.requests).toEqual(['main/A=4/1']);
  });

  it('makes no row for what a source has nothing of and never had, and one as soon as it has', async () => {
    const shop = shopOf();
    shop.without.add('A');
    const { world, send, statuses } = await worldOf(shop);
    send('W1', 'A', '0');
    send('W1', 'B', '0');
    await world.clock.pass(1_000);
    expect([shop.requests, statuses().toSorted()]).toEqual([
      ['main/B=0/0'],
      ['W1/A unchanged', 'W1/B applied'],
    ]);
    const { looks } = shop;
    send('W1', 'A', '5');
    await world.clock.pass(1_000);
    send('W1', 'A', '0');
    send('W1', 'B', '0');
    await world.clock.pass(1_000);
    expect(shop.requests.slice(1).join(' ').split(' ').toSorted()).toEqual(
      ['main/A=4/1', 'main/A=0/0', 'main/B=0/0'].toSorted(),
    );
    // Which rows there are is asked once.
    expect(shop.looks).toBe(looks);
  });

  it('makes a row of zero where the rule of the warehouse says so', async () => {
    const shop = shopOf();
    shop.without.add('A');
    const { world, send } = await worldOf(shop, { rules: { warehouses: { W2: { emptyRows: true } } } });
    send('W1', 'A', '0');
    send('W2', 'A', '0');
    await world.clock.pass(1_000);
    expect(shop.requests).toEqual(['east/A=0/0']);
  });

  it('neither writes nor holds what lies in a warehouse that the shop is not to know', async () => {
    const shop = shopOf();
    const { world, send, statuses } = await worldOf(shop, { rules: { ignore: ['W9'] } });
    send('W9', 'A', '7');
    await world.clock.pass(1_000);
    expect([shop.requests, statuses()]).toEqual([[], ['W9/A unchanged']]);
  });

  it('writes nothing when dry, and says what it would do', async () => {
    const shop = shopOf();
    const { world, send } = await worldOf(shop, { mode: 'dry' });
    send('W1', 'A', '1');
    send('W1', 'B', '7');
    await world.clock.pass(1_000);
    expect(shop.requests).toEqual([]);
    const told = world.broker.values(outcomes).map(({ status, cause }) => `${status}: ${cause}`);
    expect(told.toSorted()).toEqual([
      'dry: would set A at main to 0.0000, out of stock',
      'dry: would set B at main to 6.0000, in stock',
    ]);
  });

  it('learns how many rows the shop takes', async () => {
    const shop = shopOf();
    for (let sku = 0; sku < 12; sku += 1) shop.skus.add(`S${sku}`);
    const tooMany = new LimitExceeded({ code: 'magento.too_many', what: 'Too many', fix: 'Send fewer' }, 3);
    shop.refuse = (rows) => (rows.length > 3 ? tooMany : null);
    const { world, flow, send, statuses } = await worldOf(shop);
    const records = [0, 1, 2, 3, 4, 5].map((sku) => send('W1', `S${sku}`, '5'));
    expect(flow().batchSize('W1')).toBe(20);
    const attempt = { number: 1, mode: 'on' as const, assertCurrent: () => undefined };
    await expect(flow().apply(records, attempt)).rejects.toBe(tooMany);
    expect(flow().batchSize('W1')).toBe(3);
    // And the batch that was too large is split, not parked.
    await world.clock.pass(2_000);
    expect(statuses()).toHaveLength(6);
    expect(statuses().every((status) => status.endsWith(' applied'))).toBe(true);
  });

  it.each([1, 4])(
    'writes 300 rows by four calls where any call takes 3 s, %d at once',
    async (callsAtOnce) => {
      const shop = shopOf();
      shop.skus.clear();
      for (let sku = 0; sku < 300; sku += 1) shop.skus.add(`S${sku}`);
      const { world, send, statuses } = await worldOf(shop, { batch: {}, callsAtOnce });
      shop.answered = () => world.clock.wait(3_000);
      for (const sku of shop.skus) send('W1', sku, '5');
      await world.clock.pass(20_000);
      expect(statuses()).toHaveLength(300);
      expect(shop.requests.length).toBeLessThanOrEqual(4);
    },
  );

  it('leaves no connection of the shop idle while its batches wait for the broker', async () => {
    const [connections, answerMs, batches] = [4, 30, 60];
    const shop = shopOf();
    shop.skus.clear();
    for (let sku = 0; sku < 2 * batches; sku += 1) shop.skus.add(`S${sku}`);
    const { world, send, statuses } = await worldOf(shop, {
      batch: { initial: 2, max: 2 },
      callsAtOnce: connections,
    });
    const { clock } = world;
    // Each takes the connection that is free first; what comes later waits for it there. None is free before all is read.
    const openAt = clock.now() + 3_000;
    const freeAt = Array.from({ length: connections }, () => openAt);
    let idleMs = 0;
    shop.answered = () => {
      const soonest = freeAt.indexOf(Math.min(...freeAt));
      const beginsAt = Math.max(clock.now(), freeAt[soonest]!);
      idleMs += beginsAt - freeAt[soonest]!;
      const endsAt = beginsAt + answerMs;
      freeAt[soonest] = endsAt;
      return clock.wait(endsAt - clock.now());
    };
    for (const sku of shop.skus) send('W1', sku, '5');
    await clock.pass(5_000);
    expect(statuses()).toHaveLength(2 * batches);
    expect(idleMs).toBeLessThanOrEqual(0.05 * batches * answerMs);
  });

  it('makes its batches as large as their rows take time, also while the next stands ready behind them', async () => {
    const shop = shopOf();
    const { world, send, statuses, flow } = await worldOf(shop, {
      batch: { initial: 100, max: 500, targetMs: 1_000 },
    });
    const { clock } = world;
    const queue = new CallQueue(fixedLimit(1), () => clock.now());
    const { write } = shop.sourceItems;
    const whole = new AbortController().signal;
    shop.sourceItems.write = async (rows) => {
      const call = async () => {
        await clock.wait(200 + 10 * rows.length);
        await write(rows);
        return { status: 200 };
      };
      await queue.run({ written: true }, call, whole);
    };
    for (let sku = 0; sku < 1_200; sku += 1) {
      shop.skus.add(`S${sku}`);
      send('W1', `S${sku}`, '5');
    }
    // While much is waiting: the end of it fills no batch.
    while (statuses().length < 800) await clock.pass(1_000);
    // 800 ms for the rows; with the call before it in what it took it would be 30.
    expect(flow().batchSize('W1')).toBeGreaterThanOrEqual(70);
    expect(flow().batchSize('W1')).toBeLessThanOrEqual(90);
  });

  it('writes what comes one by one, such as the stock of products that are being loaded, in batches', async () => {
    const shop = shopOf();
    const { world, send, statuses } = await worldOf(shop, { batch: {}, callsAtOnce: 4 });
    shop.answered = () => world.clock.wait(80);
    for (let sku = 0; sku < 200; sku += 1) {
      shop.skus.add(`S${sku}`);
      send('W1', `S${sku}`, '5');
      await world.clock.pass(25);
    }
    // What sells a product out waits no second, also behind such a load.
    const before = shop.requests.length;
    send('W1', 'S0', '0');
    await world.clock.pass(150);
    expect(shop.requests.slice(before).join()).toContain('main/S0=0/0');
    await world.clock.pass(2_000);
    expect(statuses().filter((status) => status.endsWith(' applied'))).toHaveLength(201);
    // A quarter of the time of one worker: one call in 320 ms.
    expect(shop.requests.length).toBeLessThanOrEqual(18);
  });

  it('parks the one row that is refused, and writes the others', async () => {
    const shop = shopOf();
    const bad = new Rejected({ code: 'magento.refused', what: 'Refused', fix: 'Look' });
    shop.refuse = (rows) => (rows.some(({ sku }) => sku === 'B') ? bad : null);
    const { world, send, statuses } = await worldOf(shop);
    for (const sku of ['A', 'B', 'C']) send('W1', sku, '5');
    await world.clock.pass(1_000);
    expect(statuses().toSorted()).toEqual(['W1/A applied', 'W1/B magento.refused', 'W1/C applied']);
  });

  it('lets what is sold out overtake a full feed, the safety buffer counted', async () => {
    const shop = shopOf();
    for (let sku = 10; sku < 40; sku += 1) shop.skus.add(`S${sku}`);
    const { world, send } = await worldOf(shop, { batch: { initial: 4, lingerMs: 200 } });
    shop.answered = () => world.clock.wait(400);
    for (let sku = 10; sku < 40; sku += 1) send('W1', `S${sku}`, '5');
    await world.clock.pass(600);
    // One piece, which the buffer keeps back.
    send('W1', 'A', '1');
    await world.clock.pass(150);
    shop.requests.length = 0;
    await world.clock.pass(1_000);
    expect(shop.requests[0]).toContain('main/A=0/0');
  });
});
