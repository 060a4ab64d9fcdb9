import { FulfilmentLine } from './fulfilment/line.ts';
import { paced } from './paced.ts';
import { percentile } from './study.ts';
import type { Figures, Study } from './study.ts';

type Row = Figures['rows'][number];

const connections = 8;
const drainedWithinMs = 300_000;
/** Of each kind, of which the calls are counted; the first ones of a process, which learn the shop's stores, are not. */
const counted = 20;
const perSecond = 10;

/** What the promise needs of each kind: what the order has, whether it is there, the document, and what came of it. */
const callsOf = { shipment: 4, invoice: 4, creditmemo: 4, cancellation: 3, comment: 2, order: 2 } as const;

/** From the topic to the shop. */
export const fulfilment: Study = {
  name: 'fulfilment',
  about:
    'documents of orders from their topic to a stand-in shop that answers at once, by shipment-applier: calls per kind of document, how long a parcel takes at an even pace, how many orders a second it sustains',
  async run(say, { isQuick }) {
    const line = await FulfilmentLine.open();
    try {
      const applier = await line.startApplier(connections);
      const rows: Row[] = [];
      for (const scene of [callsPerDocument, latencies, sustained]) {
        const found = await scene(line, isQuick);
        for (const row of found) say(`  ${row.scene}: ${row.value} ${row.unit}`);
        rows.push(...found);
      }
      await applier.stop();
      return { rows, notes };
    } finally {
      await line.close();
    }
  },
};

const notes = [
  'Calls: each of its own orders, of nothing that was there before; a parcel whose source holds too little needs two more and a refused one.',
  'Milliseconds: from the publishing of the document to the call that makes it. No stock is waited for.',
  'Orders/s: a parcel and an invoice for each order, from the first publishing to the last commit, all published at once.',
];

const row = (scene: string, unit: string, value: number, goal: string): Row => ({ scene, unit, value, goal });

async function callsPerDocument(line: FulfilmentLine): Promise<Row[]> {
  const rows: Row[] = [];
  let order = 1;
  await line.publish('shipment', order);
  await line.drained(drainedWithinMs);
  for (const [kind, most] of Object.entries(callsOf)) {
    await line.shop.forget();
    for (let index = 0; index < counted; index += 1) await line.publish(kind, (order += 1));
    await line.drained(drainedWithinMs);
    const { calls } = await line.shop.journal();
    const told = Object.entries(calls).map(([route, count]) => `${route} ${count / counted}`);
    const each = Object.values(calls).reduce((sum, count) => sum + count, 0) / counted;
    rows.push({ ...row(`a document: ${kind}`, 'calls', each, `${most}`), calls: told.join(', ') });
  }
  return rows;
}

async function latencies(line: FulfilmentLine, isQuick: boolean): Promise<Row[]> {
  const events = isQuick ? 100 : 600;
  const first = 100_000;
  await line.shop.forget();
  const begunAt = new Map<number, number>();
  const warmUpEvents = 50;
  await paced({ warmUpEvents, events, perSecond }, async (index) => {
    begunAt.set(first + index, Date.now());
    await line.publish('shipment', first + index);
  });
  await line.drained(drainedWithinMs);
  const { madeAt } = await line.shop.journal();
  const took = [...begunAt].slice(warmUpEvents).map(([order, at]) => madeAt[order]! - at);
  return (
    [
      ['P50', 0.5, ''],
      ['P95', 0.95, '<= 150 with the ERP before it'],
      ['P99', 0.99, ''],
    ] as const
  ).map(([name, share, goal]) =>
    row(`a parcel, ${perSecond}/s, ${name}`, 'ms', percentile(took, share), goal),
  );
}

async function sustained(line: FulfilmentLine, isQuick: boolean): Promise<Row[]> {
  const orders = isQuick ? 1_000 : 10_000;
  const first = 200_000;
  const begunAt = Date.now();
  const published: Promise<void>[] = [];
  for (let index = 0; index < orders; index += 1)
    for (const kind of ['shipment', 'invoice']) published.push(line.publish(kind, first + index));
  await Promise.all(published);
  const tookMs = (await line.drained(drainedWithinMs)) - begunAt;
  return [row(`${orders} orders`, 'orders/s', Math.round((orders * 1_000) / tookMs), '>= 100')];
}
