import { StockLine } from './stock/line.ts';
import { atTheShopsPace, collapsed, drainedAtOnce, soldOutMeanwhile } from './stock/scenes.ts';
import type { Sizes } from './stock/scenes.ts';
import type { Figures, Study } from './study.ts';

const full: Sizes = {
  skus: 40_000,
  changesEach: 10,
  drainingSkus: 100_000,
  soldOut: 100,
  events: 1_000_000,
};
const quick: Sizes = { skus: 8_000, changesEach: 10, drainingSkus: 10_000, soldOut: 10, events: 50_000 };

/** From the topic to the shop. */
export const stock: Study = {
  name: 'stock',
  about:
    'stock from its topic to a stand-in shop by inventory-applier: how near it comes to what the shop bears, how much it collapses, how soon what is sold out gets there, how fast it reads; peer of the reading: a bare kafkajs consumer',
  async run(say, { isQuick }) {
    const sizes = isQuick ? quick : full;
    const line = await StockLine.open();
    try {
      const rows: Figures['rows'] = [];
      for (const scene of [atTheShopsPace, collapsed, soldOutMeanwhile, drainedAtOnce]) {
        const found = await scene(line, sizes);
        for (const row of found) say(`  ${row.scene}: ${row.value} ${row.unit}`);
        rows.push(...found);
      }
      return { rows, notes };
    } finally {
      await line.close();
    }
  },
};

const notes = [
  'Rows at the pace of the shop: between the first and the last tenth of the calls, against C·B/L.',
  'Events: from the start of the process to the commit of the last, against the same of a consumer that looks at nothing.',
];
