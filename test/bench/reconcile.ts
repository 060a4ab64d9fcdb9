import { Line } from '../../services/reconciler/testing/line.ts';
import type { Figures, Study } from './study.ts';

const size = { skus: 100_000, orders: 10_000 };
const quickSize = { skus: 5_000, orders: 500 };
/** Pause after each question, in times of what it took. */
const pauseShares = [9, 1];
const planted = 100;

/** How long a whole round takes, what it costs, and what it keeps. */
export const reconcile: Study = {
  name: 'reconcile',
  about:
    'a round over all stock and orders: its time by a clock that counts 100 ms a question (100 keys each) and the pause after it, its processor time and its heap as they are; doubles for broker, shop and ERP, which lie in the same heap',
  async run(say, { isQuick }): Promise<Figures> {
    const rows: Figures['rows'] = [];
    for (const pauseShare of pauseShares) {
      const { skus, orders } = isQuick ? quickSize : size;
      say(`${skus} SKUs and ${orders} orders, pauseShare ${pauseShare}`);
      rows.push(await round(skus, orders, pauseShare));
    }
    return {
      rows,
      notes: [
        `${planted} rows of stock differ and are found; each round looks again after 60 s`,
        'heap MB: above what the doubles hold before the round',
      ],
    };
  },
};

async function round(skus: number, orders: number, pauseShare: number): Promise<Figures['rows'][number]> {
  const line = new Line(pauseShare);
  for (let sku = 0; sku < skus; sku += 1) line.sendStock('W1', `S${sku}`, '5');
  for (let order = 0; order < orders; order += 1) line.sendOrder(String(order));
  for (let sku = 0; sku < planted; sku += 1)
    line.shop.set(`main/S${sku}`, { sku: `S${sku}`, sourceCode: 'main', quantity: '4', status: 1 });
  const [before, cpuBefore, beganAt] = [heapMb(), process.cpuUsage(), line.clock.now()];
  let mostMb = 0;
  line.onQuestion = () => (mostMb = Math.max(mostMb, heapMb()));
  await line.round();
  const { user, system } = process.cpuUsage(cpuBefore);
  return {
    keys: skus + orders,
    pauseShare,
    'round s': Math.round((line.clock.now() - beganAt) / 1000),
    questions: line.questions,
    found: line.told().length,
    'CPU s': ((user + system) / 1e6).toFixed(1),
    'heap MB': Math.round(Math.max(0, mostMb - before)),
  };
}

const heapMb = () => process.memoryUsage().heapUsed / 1_048_576;
