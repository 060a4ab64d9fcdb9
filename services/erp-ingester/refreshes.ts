import { splitKey } from '../../schemas/keys.ts';
import { refresh } from '../../schemas/topics.ts';
import type { Refresh } from '../../schemas/types.ts';
import { allKeys, keyOfSource } from '../erp/sources/keys.ts';
import { Unavailable } from '../platform/errors.ts';
import type { Handled } from '../platform/flow/outcome/outcome.ts';
import type { BatchResult, StateFlow } from '../platform/flow/states/state-flow.ts';
import type { Received } from '../platform/kafka/types.ts';
import type { Mode } from '../platform/groups.ts';
import { rowShapes } from '../erp/rows/index.ts';
import type { PublishedIndex } from './published-index.ts';
import { newDirt } from './dirt.ts';
import type { StreamRunner } from './stream-runner.ts';
import type { Stream } from './stream.ts';

export interface RefreshesOptions {
  streams: readonly Stream[];
  runners: ReadonlyMap<string, Pick<StreamRunner, 'dirty' | 'askAll' | 'confirm' | 'isAskingAll'>>;
  indexes: ReadonlyMap<string, PublishedIndex>;
  mode: Mode;
  /** Fires when nothing is asked any more: what waits for an answer is left to the next holder of the slot. */
  ending: AbortSignal;
}

/** Serves "read this key at its source again" for the topics of the ERP, by the same question as everything else. */
export function refreshFlow(options: RefreshesOptions): StateFlow<Refresh> {
  const byTopic = new Map(options.streams.map((stream) => [stream.topic, stream]));
  return {
    name: 'refresh',
    contracts: [refresh],
    mode: options.mode,
    concurrency: () => 4,
    // Asking has no effect at the other side; what it publishes is idempotent.
    settleMs: 0,
    accepts: (record) => (record.value?.topic ?? '') in rowShapes,
    // One that is to be served later must not give way to one that is served now, and the other way round.
    identityOf: (record) =>
      `${record.value?.topic}|${record.key}|${aboutAll(record)}${record.value?.notBefore ? '|later' : ''}`,
    notBefore: ({ value }) => value?.notBefore ?? null,
    batchGroupOf: (record) => record.value?.topic ?? '',
    batchSize: () => 100,
    // A parcel has its stock asked for by whoever ships it and by whoever sees its order: one reading, not three.
    linger: { urgentMs: 0, normalMs: 250 },
    probe: async () => void (await Promise.all(options.streams.map(({ questions }) => questions.probe()))),
    apply: async (records, attempt) => {
      const { topic } = records[0]!.value!;
      const stream = byTopic.get(topic);
      if (stream === undefined)
        return new Map(
          records.map((record) => [record, { status: 'unchanged', cause: `no stream is of ${topic}` }]),
        );
      if (attempt.mode === 'dry')
        return new Map(
          records.map((record) => [record, { status: 'dry', cause: `would ask ${stream.name} again` }]),
        );
      return answerAll(records, stream, options);
    },
  };
}

async function answerAll(
  records: Received<Refresh>[],
  stream: Stream,
  options: RefreshesOptions,
): Promise<BatchResult<Refresh>> {
  const results: BatchResult<Refresh> = new Map();
  // Asked for once all are known: each ends with the session, and must be heard by then.
  const asked: { key: string; record: Received<Refresh> }[] = [];
  for (const record of records) {
    const act = aboutAll(record);
    if (act !== '') {
      results.set(record, act === 'all' ? askAll(record, stream, options) : confirm(record, stream, options));
      continue;
    }
    const keys = await keysOf(record, stream, options);
    if (keys === null)
      // A request about nothing asks for nothing: many of them must not look like a fault of the flow.
      results.set(record, { status: 'unchanged', cause: noKey(record.key, stream) });
    else if (keys.length === 0)
      results.set(record, { status: 'unchanged', cause: 'the ERP has no such key' });
    else {
      results.set(record, {
        status: 'applied',
        cause: `asked ${stream.name} for ${keys.length} key${keys.length === 1 ? '' : 's'}`,
      });
      asked.push(...keys.map((key) => ({ key, record })));
    }
  }
  await Promise.all(asked.map(({ key, record }) => ask(key, record, stream, options)));
  return results;
}

/** What a request is about that names no key but all of them; empty where it names one. */
function aboutAll({ key, value }: Received<Refresh>): '' | 'all' | 'confirm' {
  if (key !== allKeys) return '';
  return value?.reason === 'all' || value?.reason === 'confirm' ? value.reason : '';
}

function askAll(record: Received<Refresh>, stream: Stream, { runners }: RefreshesOptions): Handled {
  const dirt = { ...newDirt(), isAllAsked: true, traceparent: record.traceparent };
  runners.get(stream.name)!.askAll('somebody asked for all keys again', dirt);
  return { status: 'applied', cause: `asks all keys of ${stream.name}` };
}

function confirm(record: Received<Refresh>, stream: Stream, { runners }: RefreshesOptions): Handled | Error {
  const runner = runners.get(stream.name)!;
  const count = Number(record.value?.seen ?? 0);
  if (runner.confirm(count))
    return { status: 'applied', cause: `tells ${count} records of ${stream.name} as deleted` };
  if (!runner.isAskingAll)
    return { status: 'unchanged', cause: `of ${stream.name} nothing, or more, is held` };
  return new Unavailable(
    {
      code: 'refresh.round_under_way',
      what: `The stream ${stream.name} is being asked anew`,
      fix: 'Nothing: the answer is waited for',
    },
    { notYet: true },
  );
}

/** Resolves when what is true now is published. */
function ask(
  key: string,
  record: Received<Refresh>,
  stream: Stream,
  options: RefreshesOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => reject(stopping(stream));
    if (options.ending.aborted) {
      end();
      return;
    }
    options.ending.addEventListener('abort', end, { once: true });
    const onAnswered = () => {
      options.ending.removeEventListener('abort', end);
      resolve();
    };
    options.runners
      .get(stream.name)!
      .dirty.add(key, { asked: record.key, traceparent: record.traceparent, onAnswered });
  });
}

function stopping(stream: Stream): Unavailable {
  return new Unavailable({
    code: 'refresh.stopping',
    what: `The stream ${stream.name} is not asked any more by this process`,
    fix: 'Nothing: the next holder of the slot serves the request',
  });
}

function noKey(key: string, { topic, shape }: Stream): string {
  return `${key} is no key of ${topic}, which are ${shape.keyParts.join('/')}`;
}

/** Null when the record's key is none of the stream. */
async function keysOf(
  request: Received<Refresh>,
  stream: Stream,
  options: RefreshesOptions,
): Promise<string[] | null> {
  const names = stream.shape.keyParts;
  const parts = splitKey(request.key, names.length);
  if (parts === null) return null;
  const record = Object.fromEntries(names.map((name, index) => [name, parts[index]!]));
  const keys = new Set(await stream.questions.find([record]));
  // What the ERP no longer has is found by what was published of it: its deletion is told again.
  const published = options.indexes.get(stream.topic)?.sourceKeyOf(request.key);
  if (published) keys.add(keyOfSource(published));
  return [...keys];
}
