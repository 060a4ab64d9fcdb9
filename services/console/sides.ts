import type { AskedRecords } from '../erp/ask-records.ts';
import type { Magento } from '../magento/magento.ts';
import type { Process } from '../platform/lifecycle/process.ts';
import { processes } from '../platform/processes.ts';
import { SideWatch } from './state/side-watch.ts';
import type { SideName, SideTrouble } from './state/side-watch.ts';

/**
 * Looks now and then whether the shop answers, and the ERP whoever reads it. Whoever writes orders has rights of its own, which
 * are not for here: what fails there shows in the lag of the orders. @returns what is wrong with them
 */
export function watchSides(
  { shop, records }: { records: Pick<AskedRecords, 'probe'>; shop: Pick<Magento, 'store' | 'rest'> },
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
        await records.probe();
        return null;
      },
    }),
  ];
  for (const watch of watches) watch.start();
  onStop(async () => {
    for (const watch of watches) watch.stop();
  });
  return () => watches.flatMap((watch) => watch.trouble() ?? []);
}

/** Flows that a side keeps waiting, of those that run: those that have something waiting, and whether that is known of all. */
export interface Waiting {
  flows: string[];
  isKnown: boolean;
}

export function waitingFor(
  side: SideName,
  flows: readonly { name: string; process: string; mode: string | null; lag: { records: number } | null }[],
): Waiting {
  const isNeeded = (needs: readonly string[]) =>
    needs.some((need) => (side === 'shop' ? need === 'shop' : need.startsWith('erp-')));
  const names = new Set(processes.filter(({ needs }) => isNeeded(needs)).map(({ name }) => name));
  const needing = flows.filter(({ process, mode }) => names.has(process.split('.')[0]!) && mode !== 'off');
  return {
    flows: needing.filter(({ lag }) => lag !== null && lag.records > 0).map(({ name }) => name),
    isKnown: needing.every(({ lag }) => lag !== null),
  };
}

/** Time of day, in UTC, as the log has it. */
const timeOf = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

/** One line of the page. */
export function sayTrouble({ side, since, what, fix, section }: SideTrouble, waiting: Waiting): string {
  const records = wordsOf(waiting);
  const flows = side === 'ERP' ? `${records}; what changes there is read later` : records;
  return `The ${side} does not answer as it should since ${timeOf(since)} UTC; ${flows}. ${what}. ${fix}. Runbook: “${section}” in deploy/README.md`;
}

function wordsOf({ flows, isKnown }: Waiting): string {
  if (flows.length > 0)
    return `waiting: ${flows.join(', ')}${isKnown ? '' : '; what else does is not known'}`;
  return isKnown ? 'nothing waits for it' : 'what waits for it is not known';
}
