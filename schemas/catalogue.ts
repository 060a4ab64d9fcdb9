/** The table of topics as a page shows it: made from topics.ts, between two marks of schemas/README.md. */
import type { Contract } from './topics.ts';

const begin = '<!-- made by `npm run generate`: begin -->';
const end = '<!-- made by `npm run generate`: end -->';
const dayMs = 86_400_000;

/** @throws Error when the page has no marks. */
export function withCatalogue(page: string, contracts: readonly Contract<never>[]): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`schemas/README.md needs the lines ${begin} and ${end}`);
  return `${page.slice(0, from + begin.length)}\n\n${catalogueOf(contracts)}\n${page.slice(to)}`;
}

export function catalogueOf(contracts: readonly Contract<never>[]): string {
  const head = ['Topic', 'Key', 'One value is', 'Kind', 'Kept', 'Personal data', 'Writers', 'Readers'];
  const rows = contracts.map((contract) => [
    `[\`${contract.topic}\`](${contract.topic}.avsc)`,
    contract.keyParts,
    contract.description,
    contract.kind,
    keptWords(contract.retentionMs),
    contract.personalData ? 'yes' : 'no',
    contract.writers.join(', '),
    contract.readers.join(', '),
  ]);
  return aligned([head, ...rows]);
}

function keptWords(retentionMs: Contract<never>['retentionMs']): string {
  return retentionMs === 'compacted' ? 'newest per key' : `${retentionMs / dayMs} days`;
}

/** As the formatter writes tables, so that formatting the page leaves it fresh. */
function aligned(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |\n`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  return rows.map((row, index) => line(row) + (index === 0 ? rule : '')).join('');
}
