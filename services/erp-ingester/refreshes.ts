import { splitKey } from '../../schemas/keys.ts';
import { refresh } from '../../schemas/topics.ts';
import type { Refresh } from '../../schemas/types.ts';
import { allKeys, keyOfSource } from '../erp/sources/keys.ts';
import type { RecordKey } from '../erp/sources/questions.ts';
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
  const named: Named[] = [];
  for (const record of records) {
    const act = aboutAll(record);
    if (act !== '')
      results.set(record, act === 'all' ? askAll(record, stream, options) : confirm(record, stream, options));
    else {
      const one = namedBy(record, stream, options);
      // A request about nothing asks for nothing: many of them must not look like a fault of the flow.
      if (one === null) results.set(record, { status: 'unchanged', cause: noKey(record.key, stream) });
      else named.push(one);
    }
  }
  const askers = new Map<string, Received<Refresh>[]>();
  const handled: (() => void)[] = [];
  // Of a topic whose keys carry several documents, what was published under a key is not known by the key alone.
  const isKnownByKey = stream.shape.contract.document === undefined;
  for (const group of isKnownByKey ? [named] : named.map((one) => [one])) {
    const found = new Set(await stream.questions.find(group.map(({ parts }) => parts)));
    for (const { record, published, keys } of attributed(group, found)) {
      for (const key of keys) askers.set(key, [...(askers.get(key) ?? []), record]);
      const wasUnknown = group.length > 1 && published === null;
      const isNone = () => wasUnknown && !options.indexes.get(stream.topic)?.has(record.key);
      handled.push(() => results.set(record, keys.size === 0 || isNone() ? none : asked(keys.size, stream)));
    }
  }
  // Each ends with the session, and is heard when all are known.
  await Promise.all([...askers].map(([key, of]) => ask(key, of, stream, options)));
  for (const handle of handled) handle();
  return results;
}

const none: Handled = { status: 'unchanged', cause: 'the ERP has no such key' };

function asked(keys: number, stream: Stream): Handled {
  return { status: 'applied', cause: `asked ${stream.name} for ${keys} key${keys === 1 ? '' : 's'}` };
}

/** A request by what it names. */
interface Named {
  record: Received<Refresh>;
  parts: RecordKey;
  /**
   * Key that the record came from which was published last: what the ERP no longer has is found by it, and its deletion
   * told again. Null where none was.
   */
  published: string | null;
}

/**
 * Which keys are asked for each request, of what one look-up has found for all of them. One that was published from a key
 * that was found is of that key, or of one that no other was published from; of all others it may be any.
 */
function attributed(group: readonly Named[], found: ReadonlySet<string>): (Named & { keys: Set<string> })[] {
  const known = new Set(group.map(({ published }) => published));
  const others = [...found].filter((key) => !known.has(key));
  return group.map((one) => {
    const { published } = one;
    if (published === null) return { ...one, keys: new Set(found) };
    return { ...one, keys: new Set([published, ...(found.has(published) ? others : found)]) };
  });
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
  records: readonly Received<Refresh>[],
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
    const { dirty } = options.runners.get(stream.name)!;
    for (const [index, { key: asked, traceparent }] of records.entries())
      dirty.add(key, { asked, traceparent, ...(index === 0 && { onAnswered }) });
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
function namedBy(
  record: Received<Refresh>,
  { shape, topic }: Stream,
  options: RefreshesOptions,
): Named | null {
  const names = shape.keyParts;
  const parts = splitKey(record.key, names.length);
  if (parts === null) return null;
  const published = options.indexes.get(topic)?.sourceKeyOf(record.key) ?? null;
  return {
    record,
    parts: Object.fromEntries(names.map((name, index) => [name, parts[index]!])),
    published: published === null ? null : keyOfSource(published),
  };
}
