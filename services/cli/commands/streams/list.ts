import type { StreamState } from '../../../../schemas/types.ts';
import { connectionOf } from '../../../erp/connection.ts';
import { listSlots } from '../../../erp/slots.ts';
import type { ListedSlot } from '../../../erp/slots.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import type { Config } from '../../../platform/config/schema.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus } from '../../open.ts';
import { printJson, printLine, printTable } from '../../print.ts';
import { statesOfStreams } from './cursor.ts';

/** How each stream is, as the ingester wrote it last, and how much log the ERP keeps for it. */
export async function listStreams(options: GlobalOptions): Promise<number> {
  const configuration = readConfiguration(['erp'], options.config);
  const { config } = configuration;
  const { states, writtenAt } = await withBus(configuration, (bus) => statesOfStreams(bus, config.instance));
  const log = await logKeptFor(config.erp);
  const streams = Object.keys(config.erp.streams).map((name) => ({
    name,
    ...states.find((state) => state.name === name),
  }));
  if (options.json) printJson({ writtenAt, ...logOf(log), streams });
  else {
    printTable(
      ['STREAM', 'LOADED', 'WAITING', 'OLDEST', 'LAST ROUND', 'HELD'],
      streams.map((stream) => [stream.name, ...cellsOf(stream)]),
    );
    printLine();
    printLine(
      writtenAt === null
        ? 'The ingester was never there.'
        : `As the ingester wrote it at ${timeOf(writtenAt)}.`,
    );
    if (log?.retainedBytes != null) printLine(wordsOf(log));
  }
  return 0;
}

function cellsOf(state: Partial<StreamState>): string[] {
  if (state.digest === undefined) return ['never', '', '', '', ''];
  const { loading, rows = 0, rowsExpected, dirtyKeys, oldestAt, roundAt, held } = state;
  const share = rowsExpected ? `, ${rows} of about ${rowsExpected} rows` : rows > 0 ? `, ${rows} rows` : '';
  return [
    loading == null ? 'yes' : `no: ${loading}${share}`,
    String(dirtyKeys ?? 0),
    oldestAt == null ? '' : timeOf(oldestAt),
    roundAt == null ? 'never' : timeOf(roundAt),
    held == null ? '' : `${held} deletions wait for \`cartage streams confirm\``,
  ];
}

const timeOf = (at: number) => new Date(at).toISOString();

type KeptLog = Pick<ListedSlot, 'retainedBytes' | 'unreadBytes' | 'openSince'>;

const logOf = (log: KeptLog | null) => ({
  keptBytes: log?.retainedBytes ?? null,
  unreadBytes: log?.unreadBytes ?? null,
  openSince: log?.openSince ?? null,
});

function wordsOf({ retainedBytes, unreadBytes, openSince }: KeptLog): string {
  const kept = `The ERP's database keeps ${megabytes(retainedBytes)} of its log for it, ${megabytes(unreadBytes)} of it unread`;
  if (openSince === null) return `${kept}.`;
  return `${kept}; a transaction that is open there since ${timeOf(openSince)} can be read when it ends.`;
}

const megabytes = (bytes: number | null) => `${Math.ceil((bytes ?? 0) / 2 ** 20)} MB`;

/** Null where there is no slot, or the database does not answer: the list is of use without it. */
async function logKeptFor(erp: Config['erp']): Promise<KeptLog | null> {
  if (erp.source.kind !== 'postgres-log' || erp.connection.url === '') return null;
  const slots = await listSlots(connectionOf(erp.connection), erp.slot).catch(() => []);
  return slots.find(({ use }) => use === 'configured') ?? null;
}
