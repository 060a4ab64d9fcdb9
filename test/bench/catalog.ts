import { CatalogLine } from './catalog/line.ts';
import { residentMb } from './resources.ts';
import type { Figures, Study } from './study.ts';

type Row = Figures['rows'][number];

const connections = 8;
const latencyMs = 200;
const drainedWithinMs = 600_000;

/** From the topic to the shop. */
export const catalog: Study = {
  name: 'catalog',
  about:
    'products from their topic to a stand-in shop by catalog-applier: what unchanged ones cost, what of a few changes is written, how near it comes to what the shop bears, and its memory beside idle',
  async run(say, { isQuick }) {
    const count = isQuick ? 2_000 : 10_000;
    const line = await CatalogLine.open();
    try {
      await line.shop.products(count);
      const rows = [...(await unchangedAndFew(line, count)), ...(await atTheShopsPace(line, count / 5))];
      for (const row of rows) say(`  ${row.scene}: ${row.value} ${row.unit}`);
      return { rows, notes };
    } finally {
      await line.close();
    }
  },
};

const notes = [
  'At the pace of the shop: between the first and the last tenth of the writes, against C/L.',
  'Memory: resident, after the load against before it; the shop answers at once.',
];

const row = (scene: string, unit: string, value: number, atMost: number, goal: string): Row => ({
  scene,
  unit,
  value,
  'at most': atMost,
  ratio: Number((value / atMost).toFixed(2)),
  goal,
});

async function unchangedAndFew(line: CatalogLine, count: number): Promise<Row[]> {
  await line.shop.latency(0);
  const applier = await line.startApplier(connections);
  await line.publish(1, 0, '');
  await line.drained(drainedWithinMs);
  const idleMb = residentMb(applier.pid);
  await line.shop.latency(0);
  await line.publish(count, 0, '');
  await line.drained(drainedWithinMs);
  const all = await line.shop.journal();
  const busyMb = residentMb(applier.pid);
  await line.shop.latency(0);
  await line.publish(count, 100, 'Changed');
  await line.drained(drainedWithinMs);
  const few = await line.shop.journal();
  await applier.stop();
  return [
    row(`${count} unchanged`, 'reads', all.reads, count / 50, 'ratio 1'),
    row(`${count} unchanged`, 'writes', all.writes.length, 1, '0'),
    row(`one of a hundred of ${count} changed`, 'writes', few.writes.length, count / 100, 'ratio 1'),
    row('memory above idle', 'MB', busyMb - idleMb, 20, 'ratio 1'),
  ];
}

/** Each of them changed, by a shop that takes its time. */
async function atTheShopsPace(line: CatalogLine, count: number): Promise<Row[]> {
  await line.publish(count, 1, 'Renamed');
  await line.shop.latency(latencyMs);
  const applier = await line.startApplier(connections);
  await line.drained(drainedWithinMs);
  const { writes } = await line.shop.journal();
  await applier.stop();
  const middle = writes.slice(Math.floor(writes.length * 0.1), Math.ceil(writes.length * 0.9));
  const perSecond = ((middle.length - 1) * 1000) / (middle.at(-1)! - middle[0]!);
  const most = (connections * 1000) / latencyMs;
  const scene = `${count} changed, ${connections} connections, ${latencyMs} ms`;
  return [row(scene, 'writes/s', Math.round(perSecond * 10) / 10, most, 'ratio 0.9')];
}
