/** What the ERP says now of single records, asked in the words of its streams: for whoever only wants to know. */
import { openHttp } from './sources/http/open-http.ts';
import { askedOfMysql } from './sources/mysql/open-mysql.ts';
import { askedOfPostgres } from './sources/postgres/open-postgres.ts';
import { isMysqlAddress } from './mysql/address.ts';
import { rowShapes } from './rows/index.ts';
import type { StreamRecord } from './rows/row.ts';
import type { Log } from '../platform/telemetry/log.ts';
import type { Metrics } from '../platform/telemetry/metrics.ts';
import { systemClock } from '../platform/clock.ts';
import { splitKey } from '../../schemas/keys.ts';
import type { ErpConfiguration, SourceTools } from './sources/read-erp.ts';
import type { SourceStream } from './sources/stream.ts';

export interface AskedRecords {
  /**
   * The records that lie under these keys of the topic; a key of which the ERP knows nothing gives none, nor does a topic
   * that no stream feeds.
   * @throws Unavailable, Rejected
   */
  of(topic: string, keys: readonly string[]): Promise<StreamRecord[]>;
  /**
   * Asks its first stream for what a record of nobody came from: whether the ERP answers. Without a stream nothing is asked,
   * nor over HTTP where neither that nor a log-in takes a call.
   * @throws Unavailable, Rejected
   */
  probe(): Promise<void>;
  close(): Promise<unknown>;
}

/** Connects to nothing yet. */
export function openRecords(
  configuration: ErpConfiguration,
  tools: { log: Log; metrics: Metrics },
): AskedRecords {
  const { streams, close } = openStreams(configuration, { ...tools, ...nobodyReads });
  return {
    close,
    async probe() {
      const [stream] = streams;
      const names = stream === undefined ? [] : rowShapes[stream.topic]!.keyParts;
      await stream?.questions.find([Object.fromEntries(names.map((name) => [name, 'cartage-probe']))]);
      // Over HTTP that may need no call: a log-in does.
      await stream?.questions.probe();
    },
    async of(topic, keys) {
      const stream = streams.find((one) => one.topic === topic);
      if (stream === undefined) return [];
      const shape = rowShapes[topic]!;
      const asked = await stream.questions.find(keys.map((key) => partsOf(shape.keyParts, key)));
      if (asked.length === 0) return [];
      const { rows } = await stream.questions.ask(new Map(asked.map((key) => [key, []])));
      const origin = { occurredAt: null, version: { epoch: 0, number: 0 }, sourceKey: '{}' };
      const records = rows.map((row) => shape.read(row, origin));
      return records.filter((record) => keys.includes(shape.contract.key(record)));
    },
  };
}

function partsOf(names: readonly string[], key: string): Record<string, string> {
  const parts = splitKey(key, names.length) ?? [];
  return Object.fromEntries(names.map((name, index) => [name, parts[index] ?? '']));
}

function openStreams(
  configuration: ErpConfiguration,
  tools: SourceTools,
): { streams: readonly SourceStream[]; close: () => Promise<unknown> } {
  const { source, connection } = configuration.config.erp;
  if (source.kind === 'http') {
    const read = openHttp(configuration, tools, source);
    return { streams: read.streams, close: () => read.source.close() };
  }
  if (isMysqlAddress(connection.url)) {
    const { pool, streams } = askedOfMysql(configuration, tools);
    return { streams, close: async () => pool.close() };
  }
  const { streams, end } = askedOfPostgres(configuration, tools);
  return { streams, close: end };
}

/** Parts of a source that only its one reader needs. */
const nobodyReads: Pick<SourceTools, 'clock' | 'lease' | 'bus'> = {
  clock: systemClock,
  lease: { take: () => Promise.reject(new Error('nobody reads this source')) },
  bus: { follow: () => Promise.reject(new Error('nobody reads this source')) },
};
