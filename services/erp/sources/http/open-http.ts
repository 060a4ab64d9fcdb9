/** An ERP that is asked over HTTP: lists of what has changed, and each key by itself. */
import type { HttpSource } from '../../../platform/config/sections/erp-source.ts';
import { sinkCalls } from '../../../platform/telemetry/sink-calls.ts';
import { connectApi } from '../../recipe/connect.ts';
import { digestOf, watchedColumns } from '../../streams.ts';
import { sinceOf } from '../read-erp.ts';
import type { ErpConfiguration, ReadErp, SourceTools } from '../read-erp.ts';
import { timing, watchedBy } from '../polling/polling-options.ts';
import { PollingSource } from '../polling/polling-source.ts';
import type { SourceStream } from '../stream.ts';
import { HttpPollReader } from './http-poll-reader.ts';
import { HttpQuestions } from './http-questions.ts';
import { ReadingCaller } from './reading-caller.ts';

export function openHttp(configuration: ErpConfiguration, tools: SourceTools, config: HttpSource): ReadErp {
  const { clock, metrics } = tools;
  const { erp } = configuration.config;
  const secrets = () => {
    const { source } = configuration.current().erp;
    return (source.kind === 'http' ? source : config).api.secrets;
  };
  const onCall = sinkCalls(metrics, 'erp');
  const { caller, close } = connectApi({ api: config.api, root: 'erp.source.api', secrets, clock, onCall });
  const reading = new ReadingCaller(caller, clock);
  const since = sinceOf(configuration);
  const streams = Object.entries(erp.streams).map(([name, stream]): SourceStream => {
    const [keyColumn] = Object.keys(stream.key);
    return {
      name,
      topic: stream.topic,
      digest: digestOf(stream, since),
      keyColumns: [keyColumn!],
      keyForms: ['exact'],
      watches: stream.watch.map(({ table, key }) => ({ table, columns: watchedColumns(key, [keyColumn!]) })),
      again: stream.again ?? null,
      questions: new HttpQuestions({
        path: `erp.streams.${name}.http`,
        keyColumn: keyColumn!,
        asked: stream.http!,
        find: stream.find,
        caller: reading,
        since,
        clock,
      }),
    };
  });
  const reader = new HttpPollReader({ caller: reading, lists: config.lists, clock });
  const polled = Object.keys(config.lists);
  const source = new PollingSource({
    ...timing(config),
    ...tools,
    polled,
    watched: watchedBy(streams),
    reader,
    onClose: close,
  });
  return { source, streams, polls: { reader, tables: polled } };
}
