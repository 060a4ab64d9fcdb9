import { prices, products } from '../../../../schemas/topics.ts';
import type { Outcome } from '../../../../schemas/types.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { processIn } from '../../../platform/groups.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus } from '../../open.ts';
import { counted, printJson, printLine, printSome } from '../../print.ts';
import { newestDry } from '../dry-report.ts';

/** What the catalogue's flow would do, by what becomes of products and prices. */
export interface PlanPart {
  /** `create`, `change`, `disable`, `delete`, `price`; `held`, `rejected`; `unchanged`. */
  what: string;
  count: number;
  /** The newest ten: of a change each field with what it is and what it would be. */
  examples: { key: string; text: string | null }[];
}

const examplesMax = 10;
const order = ['create', 'change', 'disable', 'delete', 'price', 'held', 'rejected', 'unchanged'];
const headings: Readonly<Record<string, string>> = {
  create: 'would be created',
  change: 'would be changed',
  disable: 'would be disabled: gone from the ERP',
  delete: 'would be deleted: gone from the ERP',
  price: 'would be priced otherwise',
  held: 'would be held until something is there',
  rejected: 'would be refused',
  unchanged: 'are as the ERP says',
};

/** Sums up what catalog-applier has judged while `flows.catalog` is `dry`: it reads and compares, and writes nothing. */
export async function planCatalog(options: GlobalOptions): Promise<number> {
  const configuration = readConfiguration([], options.config);
  const { instance, flows } = configuration.config;
  const parts = planParts(await withBus(configuration, newestDry), instance);
  const isJudging = flows.catalog === 'dry';
  if (options.json) printJson({ isJudging, parts });
  else print(parts, isJudging);
  return 0;
}

export function planParts(judged: readonly Outcome[], instance: string): PlanPart[] {
  const own = judged.filter(
    ({ group, topic }) =>
      processIn(instance, group) === 'catalog-applier' && [products.topic, prices.topic].includes(topic),
  );
  const made = new Set(own.filter((one) => whatOf(one) === 'create').map(({ key }) => key));
  // The price of a product that is to be made comes with it.
  const counting = own.filter((one) => one.code !== 'price.sku_unknown' || !made.has(one.key));
  const groups = Map.groupBy(counting, whatOf);
  return order.flatMap((what) => {
    const group = groups.get(what);
    if (group === undefined) return [];
    const newest = group.toSorted((left, right) => right.finishedAt - left.finishedAt).slice(0, examplesMax);
    const examples = newest.map((one) => ({ key: one.key, text: textOf(one) }));
    return [{ what, count: group.length, examples }];
  });
}

function whatOf({ status, topic, cause }: Outcome): string {
  if (status !== 'dry') return status;
  if (topic === prices.topic) return 'price';
  const verb = /^would (create|disable|delete)\b/.exec(cause ?? '')?.[1];
  return verb ?? 'change';
}

const textOf = ({ code, cause }: Outcome) =>
  code === null ? (cause?.replace(/^would (write|set of \S+:) ?/, '') ?? null) : `${code}: ${cause ?? ''}`;

function print(parts: readonly PlanPart[], isJudging: boolean): void {
  for (const { what, count, examples } of parts) {
    printLine(`${counted(count, what === 'price' ? 'price' : 'record')} ${headings[what]}`);
    if (what === 'unchanged') continue;
    const lines = examples.map(({ key, text }) => `  ${key}${text === null ? '' : `  ${text}`}`);
    printSome(lines, examplesMax, () => '');
    if (count > examples.length) printLine(`  and ${count - examples.length} more`);
  }
  if (parts.length === 0) printLine('Nothing was judged within the last seven days.');
  if (isJudging)
    printLine('As it was when each was judged; `cartage refresh erp.products --all` has all judged anew.');
  else printLine('Set flows.catalog: dry, and run catalog-applier: it judges all and writes nothing.');
}
