import { momentOf, stockAt } from '../../../operations/story/stock-at.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus } from '../../open.ts';
import { printJson, printTable } from '../../print.ts';

/** What was believed of the stock of a SKU at a time, and what the shop had been told. Code 2 where nobody knows. */
export async function explainAt(options: GlobalOptions & { at: string }, sku: string): Promise<number> {
  const at = momentOf(options.at);
  const configuration = readConfiguration(['stock'], options.config);
  const { instance, stock } = configuration.config;
  const sources = Object.keys(stock.sources);
  const known = await withBus(configuration, (bus) => stockAt(bus, sku, { instance, sources, at }));
  const time = (ms: number | null) => (ms === null ? '' : new Date(ms).toISOString());
  if (options.json) printJson(known);
  else
    printTable(
      ['STOCK', 'BELIEVED', 'SINCE', 'SHOP WAS TOLD', 'AT', 'ELSE'],
      known.map(({ key, believed, believedSince, told, toldAt, otherwise }) => [
        key,
        believed ?? 'not kept',
        time(believedSince),
        told ?? 'not kept',
        time(toldAt),
        otherwise ?? '',
      ]),
    );
  return known.length === 0 ? 2 : 0;
}
