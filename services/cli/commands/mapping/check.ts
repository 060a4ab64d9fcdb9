import { mappingChange } from '../../../operations/mapping.ts';
import type { MappingChange, Unmapped } from '../../../operations/mapping.ts';
import { newestOrders } from '../../../operations/newest-orders.ts';
import { readConfiguration, readSection } from '../../../platform/config/read.ts';
import { shownLine } from '../../../platform/terminal.ts';
import { orderCount } from '../../order-count.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus } from '../../open.ts';
import { counted, printJson, printLine, printSome } from '../../print.ts';

const examplesShown = 3;

/** Exit code 1 where an order would be held that is not now. */
export async function checkMapping(
  options: GlobalOptions & { orders: string },
  file: string,
): Promise<number> {
  const ordersMax = orderCount(options.orders);
  const configuration = readConfiguration(['orders'], options.config);
  const then = readSection('orders', file);
  const { instance, orders: now } = configuration.config;
  const newest = await withBus(configuration, (bus) => newestOrders(bus, instance, ordersMax));
  const changes = [...newest].flatMap(([key, order]) => mappingChange(key, order, now, then) ?? []);
  if (options.json) printJson({ orders: newest.size, changes });
  else print(newest.size, changes);
  return changes.some(({ held }) => held.length > 0) ? 1 : 0;
}

function print(orders: number, changes: readonly MappingChange[]): void {
  const lineOf = ({ where, code }: Unmapped) => `${where}: ${JSON.stringify(code)}`;
  section('would be held for want of', changes, ({ held }) => held.map(lineOf));
  section('would no longer be held for', changes, ({ released }) => released.map(lineOf));
  section('would be told otherwise by', changes, ({ changed }) => changed);
  printLine(`${changes.length} of the newest ${counted(orders, 'order')} would change. Nothing was written.`);
}

function section(
  words: string,
  changes: readonly MappingChange[],
  linesOf: (change: MappingChange) => string[],
): void {
  const byLine = Map.groupBy(
    changes.flatMap((change) => linesOf(change).map((line) => ({ line, key: change.key }))),
    ({ line }) => line,
  );
  for (const [line, own] of byLine) {
    printLine(`${counted(own.length, 'order')} ${words} ${line}`);
    printSome(
      own.map(({ key }) => `    ${shownLine(key)}`),
      examplesShown,
      (count) => `    and ${count} more (--json: all)`,
    );
  }
}
