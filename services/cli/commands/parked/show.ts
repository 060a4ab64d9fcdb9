import { parseAvro } from '../../../../schemas/avro.ts';
import { hidden, masked } from '../../../../schemas/personal.ts';
import { schemaText } from '../../../../schemas/topics.ts';
import type { Parked } from '../../../../schemas/types.ts';
import { readConfiguration } from '../../../platform/config/read.ts';
import { Rejected } from '../../../platform/errors.ts';
import type { ValueReader } from '../../../platform/kafka/value-reader.ts';
import { shownJson, shownLine } from '../../../platform/terminal.ts';
import { recordAct } from '../../act.ts';
import type { GlobalOptions } from '../../options.ts';
import { withBus, withValueReader } from '../../open.ts';
import { printJson, printLine } from '../../print.ts';
import { chosen, readParked } from '../../../operations/parked/records.ts';

/** What a parked record holds, or why it cannot be shown. */
export type Content = { value: unknown } | { unreadable: string };

/** Shows one parked record. What the contract marks as personal is hidden unless `reveal`, which is audited. */
export async function showParked(
  options: GlobalOptions & { reveal?: boolean; reason?: string },
  key: string,
): Promise<number> {
  const configuration = readConfiguration([], options.config);
  const { reveal = false, reason } = options;
  const record = await withBus(configuration, async (bus) => {
    const [one] = [...chosen(await readParked(bus), [key], {}).values()];
    if (reveal) await recordAct(bus, options, { action: 'reveal', subject: 'parked', keys: [key], reason });
    return one!;
  });
  const content = await withValueReader(configuration, (reader) => contentOf(record, reader, reveal));
  const { recordValue: _bytes, ...rest } = record;
  if (options.json) printJson({ parkedKey: key, ...rest, ...content });
  else print(rest, content);
  return 0;
}

/** @param reveal false: personal data is hidden, and so is whatever no contract tells apart. */
export async function contentOf(record: Parked, reader: ValueReader, reveal: boolean): Promise<Content> {
  const { topic, recordValue: bytes, headers } = record;
  if (bytes === null) return { unreadable: 'its original is not kept any more, or was too large to keep' };
  if (headers['content-type'] === 'application/json')
    return { value: reveal ? (JSON.parse(bytes.toString('utf8')) as unknown) : hidden };
  try {
    const value = await reader.read(topic, bytes);
    return { value: reveal ? value : masked(value, parseAvro(schemaText(topic))) };
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    const shown = reveal ? `; as base64: ${bytes.toString('base64')}` : '; --reveal shows them';
    return { unreadable: `${error.fault.what}: ${bytes.length} bytes${shown}` };
  }
}

function print(record: Omit<Parked, 'recordValue'>, content: Content): void {
  const { headers, why, parkedAt, waitsFor, ...rest } = record;
  const rows: [string, string | number | null][] = [
    ['status', record.status],
    ['code', record.code],
    ['cause', record.cause],
    ['why', why],
    ['fix', record.fix],
    ['waits for', waitsFor],
    ['parked at', new Date(parkedAt).toISOString()],
    ['attempts', record.attempts],
    ['group', rest.group],
    ['topic', `${rest.topic}, partition ${rest.partition}, offset ${rest.offset}`],
    ['key', rest.key],
    ['document', rest.documentId],
    ['event', rest.eventId],
    ['trace', headers.traceparent ?? null],
  ];
  for (const [name, value] of rows) if (value !== null) printLine(`${name.padEnd(10)} ${value}`);
  printLine();
  if ('unreadable' in content) printLine(content.unreadable);
  else for (const line of shownJson(content.value).split('\n')) printLine(shownLine(line));
}
