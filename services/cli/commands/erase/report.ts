import { contracts, customers, fulfilments, orders, parked } from '../../../../schemas/topics.ts';
import { processes } from '../../../platform/processes.ts';
import { shellWord } from '../../../platform/terminal.ts';
import type { GlobalOptions } from '../../options.ts';
import { counted, printJson, printLine, printSome } from '../../print.ts';
import type { Found, Part } from './find.ts';

const dayMs = 86_400_000;
/** A segment is closed after a day, and deleted as a whole (schemas/topic-settings.ts). */
const segmentMs = dayMs;
const compactionMs = 7 * dayMs;
const linesShown = 20;

/** What was erased where, what remains until when, and what is left to do for people. */
export function print(found: Found, options: GlobalOptions & { dryRun?: boolean }): void {
  const dryRun = options.dryRun ?? false;
  const report = {
    dryRun,
    customers: [...found.customers.keys],
    orders: [...found.orders.keys],
    topics: [
      customersReport(found.customers, dryRun),
      ordersReport(found.orders),
      documentsReport(found.orders),
      parkedReport(found, dryRun),
    ],
    unreadable: found.unreadable,
    toDo: toDo(found),
  };
  if (options.json) {
    printJson(report);
    return;
  }
  printLine(
    `${counted(report.customers.length, 'customer')}, ${counted(report.orders.length, 'order')} concerned.`,
  );
  printSome([...report.customers, ...report.orders], linesShown, (count) => `and ${count} more`);
  printLine();
  for (const { topic, said } of report.topics) printLine(`${topic}: ${said}`);
  const others = contracts.filter(({ personalData }) => !personalData).map(({ topic }) => topic);
  printLine(`${others.join(', ')}: no personal data, only keys; logs and traces neither.`);
  printSome(
    found.unreadable.map((key) => `Cannot be read, and may hold such data: ${shellWord(key)}`),
    linesShown,
    (count) => `and ${count} more that cannot be read`,
  );
  printLine();
  for (const line of report.toDo) printLine(`To do: ${line}`);
}

function customersReport({ keys, published }: Part, dryRun: boolean) {
  const remainsUntil = dropped();
  const said =
    keys.size === 0
      ? 'nothing.'
      : `${counted(keys.size, 'customer')} ${dryRun ? 'would be' : 'is being'} read in the shop again. Who is deleted there is erased here and in the ERP; the broker drops the bytes when it compacts, by ${remainsUntil} at the latest. Who is not stays.`;
  return { topic: customers.topic, records: published.count, remainsUntil, said };
}

/** What is erased now on a compacted topic is gone by then. */
const dropped = () => new Date(Date.now() + compactionMs + segmentMs).toISOString();

function ordersReport({ published: { count, newestAt } }: Part) {
  const keptMs = typeof orders.retentionMs === 'number' ? orders.retentionMs : 0;
  const until = newestAt === null ? null : new Date(newestAt + keptMs + segmentMs).toISOString();
  const said =
    until === null
      ? 'nothing.'
      : `${counted(count, 'record')} until ${until} at the latest; no record can be taken out of a topic before its time.`;
  return { topic: orders.topic, records: count, remainsUntil: until, said };
}

/** They lie under the keys of their orders. Of personal data they hold the ERP's comments alone. */
function documentsReport({ keys }: Part) {
  const days = Number(fulfilments.retentionMs) / dayMs;
  const said =
    keys.size === 0
      ? 'nothing.'
      : `what the ERP said of these orders in comments, for ${days} days after it at most; no record can be taken out of a topic before its time.`;
  return { topic: fulfilments.topic, said };
}

function parkedReport({ parkedKeys }: Found, dryRun: boolean) {
  const remainsUntil = dropped();
  const verb = dryRun ? 'would be erased' : 'erased';
  const said =
    parkedKeys.length === 0
      ? 'nothing.'
      : `${counted(parkedKeys.length, 'original')} ${verb}; the broker drops the bytes when it compacts, by ${remainsUntil} at the latest. These are not handled by Cartage any more: ${parkedKeys.map(shellWord).join(' ')}`;
  return { topic: parked.topic, records: parkedKeys.length, remainsUntil, said };
}

function toDo(found: Found): string[] {
  const concerned = [
    ...(found.customers.keys.size > 0 ? [customers] : []),
    ...(found.orders.keys.size > 0 ? [orders] : []),
  ];
  const keptDays = Number(orders.retentionMs) / dayMs;
  const older = `What shop, ERP, ${subscribersOf(orders).join(' and ')} hold of orders older than ${keptDays} days is not seen from here: look there.`;
  if (concerned.length === 0) return [older];
  return [
    'In the shop: erase the customer (Customers > All Customers), and erase or anonymise these orders first, else Cartage publishes them again when they change. Then run this command again.',
    'In the ERP: erase or anonymise what it holds under these keys. Of a customer that the shop has deleted, Cartage has run erp.customers.erase.',
    ...concerned.flatMap((row) =>
      subscribersOf(row).map((name) => `${name} reads ${row.topic}, and has a copy of its own.`),
    ),
    older,
  ];
}

function subscribersOf({ readers }: { readers: string[] }): string[] {
  const cartage = new Set([...processes.map(({ name }) => name), 'cli']);
  return readers.filter((reader) => !cartage.has(reader));
}
