import { joinKey } from '../../../schemas/keys.ts';
import { outcomes, stock } from '../../../schemas/topics.ts';
import type { Outcome, Stock } from '../../../schemas/types.ts';
import { Rejected } from '../../platform/errors.ts';
import { modeOf, processIn } from '../../platform/groups.ts';
import type { Bus, Received } from '../../platform/kafka/types.ts';
import { readToEnd } from '../../platform/kafka/read-to-end.ts';

/** What was believed of a SKU at a warehouse at a time, and what the shop had been told by then. Times are UTC milliseconds. */
export interface StockAt {
  key: string;
  /** Quantity as the ERP had said it; null where the topic does not hold it any more. */
  believed: string | null;
  believedSince: number | null;
  /** Quantity and status as they were written last; null where nothing was written within the outcomes' retention. */
  told: string | null;
  toldAt: number | null;
  /** What had become of the newest record by then, where that was not written: held, rejected, … */
  otherwise: string | null;
}

/** UTC milliseconds. @throws Rejected for what is no time */
export function momentOf(given: string): number {
  const at = Date.parse(given);
  if (!Number.isNaN(at)) return at;
  throw new Rejected({
    code: 'explain.at',
    what: `"${given}" is no time`,
    fix: 'Write it with its zone, such as 2026-11-23T10:03:00Z',
  });
}

/**
 * Of warehouses of which anything is known. From the records that the topic still holds (it keeps the newest of each key for ever, older ones for a while) and from
 * outcomes within their retention.
 */
export async function stockAt(
  bus: Pick<Bus, 'readAll'>,
  sku: string,
  { instance, sources, at }: { instance: string; sources: readonly string[]; at: number },
): Promise<StockAt[]> {
  const keys = sources.map((source) => joinKey([source, sku]));
  const records = new Map<string, Received<Stock>>();
  const written = new Map<string, Outcome>();
  const newest = new Map<string, Outcome>();
  await Promise.all([
    readToEnd(
      bus,
      stock,
      (record) => {
        if (keys.includes(record.key) && record.publishedAt <= at) records.set(record.key, record);
      },
      { keys },
    ),
    readToEnd(
      bus,
      outcomes,
      ({ value }) => {
        if (value === null || value.topic !== stock.topic || !keys.includes(value.key)) return;
        if (value.finishedAt > at || modeOf(value.group).dry || processIn(instance, value.group) === null)
          return;
        newest.set(value.key, value);
        if (value.status === 'applied') written.set(value.key, value);
      },
      { keys },
    ),
  ]);
  const all = keys.map((key) => asOf(key, records.get(key), written.get(key), newest.get(key)));
  return all.filter(({ believed, told, otherwise }) => believed ?? told ?? otherwise);
}

function asOf(
  key: string,
  record: Received<Stock> | undefined,
  written: Outcome | undefined,
  newest: Outcome | undefined,
): StockAt {
  const value = record?.value ?? null;
  const isOther = newest !== undefined && !['applied', 'unchanged', 'superseded'].includes(newest.status);
  return {
    key,
    believed: value === null ? null : `${value.quantity}${value.sellable ? '' : ', blocked for sale'}`,
    believedSince: value === null ? null : record!.publishedAt,
    told: written?.cause ?? null,
    toldAt: written?.finishedAt ?? null,
    otherwise: isOther ? `${newest.status}: ${newest.cause ?? newest.code ?? ''}` : null,
  };
}
