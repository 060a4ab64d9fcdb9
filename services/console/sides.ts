import type { Ends } from '../operations/story/ends.ts';
import type { Magento } from '../magento/magento.ts';
import { stock } from '../../schemas/topics.ts';
import { joinKey } from '../../schemas/keys.ts';
import type { Process } from '../platform/lifecycle/process.ts';
import { processes } from '../platform/processes.ts';
import { SideWatch } from './state/side-watch.ts';
import type { SideName, SideTrouble } from './state/side-watch.ts';

/** Of nothing: the ERP looks for it, and finds none. */
const nobodysKey = joinKey(['cartage', 'probe']);

/** Looks now and then whether shop and ERP answer. @returns what is wrong with them */
export function watchSides(
  { shop, records }: Pick<Ends, 'records'> & { shop: Pick<Magento, 'store' | 'rest'> },
  { context, log, onStop }: Pick<Process, 'context' | 'log' | 'onStop'>,
  onChange: () => void,
): () => SideTrouble[] {
  const { clock } = context;
  const common = { clock, onChange, log };
  const watches = [
    new SideWatch({
      ...common,
      side: 'shop',
      probe: async () => {
        await shop.store.websites();
        return shop.rest.clock();
      },
    }),
    new SideWatch({
      ...common,
      side: 'ERP',
      probe: async () => {
        await records.of(stock.topic, [nobodysKey]);
        return null;
      },
    }),
  ];
  for (const watch of watches) watch.start();
  onStop(async () => void (await Promise.all(watches.map((watch) => watch.stop()))));
  return () => watches.flatMap((watch) => watch.trouble() ?? []);
}

/** Flows that a side keeps waiting, of those that run and have something waiting. */
export function waitingFor(
  side: SideName,
  flows: readonly { name: string; process: string; mode: string | null; lag: { records: number } | null }[],
): string[] {
  const isNeeded = (needs: readonly string[]) =>
    needs.some((need) => (side === 'shop' ? need === 'shop' : need.startsWith('erp-')));
  const names = new Set(processes.filter(({ needs }) => isNeeded(needs)).map(({ name }) => name));
  return flows
    .filter(
      ({ process, mode, lag }) =>
        names.has(process.split('.')[0]!) && mode !== 'off' && (lag?.records ?? 0) > 0,
    )
    .map(({ name }) => name);
}

/** Time of day, in UTC, as the log has it. */
const timeOf = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

/** One line of the page. */
export function sayTrouble(
  { side, since, what, fix, section }: SideTrouble,
  waiting: readonly string[],
): string {
  const records = waiting.length === 0 ? 'nothing waits for it' : `waiting: ${waiting.join(', ')}`;
  const flows = side === 'ERP' ? `${records}; what changes there is read later` : records;
  return `The ${side} does not answer as it should since ${timeOf(since)} UTC; ${flows}. ${what}. ${fix}. Runbook: “${section}” in deploy/README.md`;
}
