/**
 * Schemas by id, ready to use. A running service registers nothing: it looks up the id of its own newest schema
 * (`cartage topics apply` has put it there) and reads each record by the schema of its writer, resolved into its own.
 *
 * What a failed look-up means:
 * - not reachable, 5xx, 401, a 404 that is not the registry's own: the registry is at fault, records wait.
 * - "no such id", said by the registry several times: the record is at fault. Not at the first time, because a
 *   registry that replays its own log after a start knows only part of its ids (platform.md, section 3).
 *   The id is then remembered as unknown, and asked for again after a while that doubles.
 */
import { setTimeout as delay } from 'node:timers/promises';
import avsc from 'avsc';
import type { Type } from 'avsc';
import { Unavailable } from '../../errors.ts';
import type { Fault } from '../../errors.ts';
import type { RegistryApi } from './registry-api.ts';
import type { KafkaOptions } from '../types.ts';
import { unlessAborted } from '../unless-aborted.ts';

/** The schema this process writes. */
export interface WriterSchema {
  id: number;
  type: Type;
}

/** How to read what one writer wrote. */
export type ReaderSchema = { decode(payload: Buffer): unknown } | { fault: Fault };

export interface Registry {
  /** @throws Unavailable (`none`) when the registry cannot be asked, or does not know our schema. */
  writer(topic: string): Promise<WriterSchema>;
  /** What is known without asking. */
  known(topic: string, writerId: number): ReaderSchema | null;
  /** Waits as long as the registry cannot be asked. Rejects only when `signal` ends it. */
  reader(topic: string, writerId: number, signal: AbortSignal): Promise<ReaderSchema>;
  /** Null, or since when and why records wait. */
  unhealthyReason(): string | null;
  close(): Promise<void>;
}

export interface RegistryOptions {
  api: RegistryApi;
  schemaText(topic: string): string;
  log: KafkaOptions['log'];
  now?: () => number;
  /** How often, and how long apart, "no such id" is to be said before it is believed. */
  confirmations?: number;
  confirmationDelayMs?: number;
}

const WAIT_MIN_MS = 200;
const WAIT_MAX_MS = 5_000;
const UNKNOWN_MIN_MS = 30_000;
const UNKNOWN_MAX_MS = 600_000;
const WRITER_RETRY_MS = 1_000;

export function createRegistry(options: RegistryOptions): Registry {
  const now = options.now ?? Date.now;
  const confirmations = options.confirmations ?? 3;
  const confirmationDelayMs = options.confirmationDelayMs ?? 700;
  const ownTypes = new Map<string, Type>();
  const writers = new Map<string, { promise: Promise<WriterSchema>; failedAt: number | null }>();
  const readers = new Map<string, ReaderSchema>();
  const unknown = new Map<number, { until: number; delayMs: number }>();
  const asking = new Map<number, Promise<string | null>>();
  const closing = new AbortController();
  let waiting: { since: number; why: string } | null = null;

  function ownType(topic: string): Type {
    let type = ownTypes.get(topic);
    if (!type) ownTypes.set(topic, (type = parseSchema(options.schemaText(topic))));
    return type;
  }

  function writer(topic: string): Promise<WriterSchema> {
    const cached = writers.get(topic);
    if (cached && (cached.failedAt === null || now() - cached.failedAt < WRITER_RETRY_MS))
      return cached.promise;
    const entry = { promise: lookUpWriter(topic), failedAt: null as number | null };
    entry.promise.catch(() => (entry.failedAt = now()));
    writers.set(topic, entry);
    return entry.promise;
  }

  async function lookUpWriter(topic: string): Promise<WriterSchema> {
    const subject = subjectOf(topic);
    const id = await options.api.idOf(subject, oneLine(options.schemaText(topic))).catch((error: unknown) => {
      throw withoutEffect(error);
    });
    if (id === null) throw contractMissing(subject);
    const type = ownType(topic);
    // What we write we can read without asking; a subscription asks for this before its first record.
    readers.set(`${id}/${topic}`, { decode: (payload) => type.fromBuffer(payload) as unknown });
    return { id, type };
  }

  function known(topic: string, writerId: number): ReaderSchema | null {
    const cached = readers.get(`${writerId}/${topic}`);
    if (cached) return cached;
    const absent = unknown.get(writerId);
    return absent && absent.until > now() ? { fault: unknownId(topic, writerId) } : null;
  }

  async function reader(topic: string, writerId: number, signal: AbortSignal): Promise<ReaderSchema> {
    const cached = known(topic, writerId);
    if (cached) return cached;
    const text = await unlessAborted(shared(writerId), signal);
    if (text === null) return { fault: unknownId(topic, writerId) };
    const made = resolve(topic, writerId, text);
    readers.set(`${writerId}/${topic}`, made);
    return made;
  }

  /** One question per id at a time, whoever waits for it, and though some of them may stop waiting. */
  function shared(writerId: number): Promise<string | null> {
    let promise = asking.get(writerId);
    if (!promise) {
      promise = ask(writerId).finally(() => asking.delete(writerId));
      promise.catch(() => undefined);
      asking.set(writerId, promise);
    }
    return promise;
  }

  async function ask(writerId: number): Promise<string | null> {
    let denials = 0;
    const { signal } = closing;
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      try {
        const text = await options.api.schemaById(writerId);
        waiting = null;
        if (text !== null) return text;
        if (++denials >= confirmations) return remember(writerId);
        await delay(confirmationDelayMs, undefined, { signal });
      } catch (error) {
        signal.throwIfAborted();
        const why = error instanceof Error ? error.message : String(error);
        waiting ??= { since: now(), why };
        options.log.warn(
          { schemaId: writerId, attempt: attempt + 1 },
          `Records wait for the schema registry: ${why}`,
        );
        await delay(Math.min(WAIT_MIN_MS * 2 ** attempt, WAIT_MAX_MS), undefined, { signal });
      }
    }
  }

  function remember(writerId: number): null {
    const before = unknown.get(writerId);
    const delayMs = before ? Math.min(before.delayMs * 2, UNKNOWN_MAX_MS) : UNKNOWN_MIN_MS;
    unknown.set(writerId, { until: now() + delayMs, delayMs });
    return null;
  }

  function resolve(topic: string, writerId: number, text: string): ReaderSchema {
    try {
      const own = ownType(topic);
      const writerType = parseSchema(text);
      // With the very same schema no resolver is needed; it would only cost time.
      const resolver = own.equals(writerType) ? undefined : own.createResolver(writerType);
      return { decode: (payload) => own.fromBuffer(payload, resolver) as unknown };
    } catch (error) {
      return { fault: incompatible(topic, writerId, error) };
    }
  }

  const unhealthyReason = () =>
    waiting &&
    `records wait for the schema registry since ${new Date(waiting.since).toISOString()}: ${waiting.why}`;

  async function close(): Promise<void> {
    closing.abort(new Error('the schema registry client is closed'));
    await options.api.close();
  }

  return { writer, known, reader, unhealthyReason, close };
}

export function subjectOf(topic: string): string {
  return `${topic}-value`;
}

/** As it is registered: without the line breaks of the file, every word of documentation kept. */
export function oneLine(schemaText: string): string {
  return JSON.stringify(JSON.parse(schemaText));
}

/** Unions come as plain values: `string | null`, as schemas/types.ts says. */
function parseSchema(text: string): Type {
  return avsc.Type.forSchema(JSON.parse(text), { wrapUnions: 'never' });
}

/** A look-up by POST has no effect, whatever became of it. */
function withoutEffect(error: unknown): unknown {
  if (!(error instanceof Unavailable)) return error;
  return new Unavailable(error.fault, { cause: error, outcome: 'none', needsOperator: error.needsOperator });
}

function contractMissing(subject: string): Unavailable {
  return new Unavailable(
    {
      code: 'registry.contract_missing',
      what: `The registry does not hold this version of the contract ${subject}`,
      fix: 'Run `cartage topics apply`',
    },
    { needsOperator: true },
  );
}

function unknownId(topic: string, writerId: number): Fault {
  return {
    code: 'record.schema_unknown',
    what: `The record on ${topic} names schema id ${writerId}, which the registry does not know`,
    fix: 'Find its writer: it uses another registry, or the schema was deleted. Register it again, then `cartage refresh` the key, if it is known, and `cartage parked discard KEY --reason TEXT`',
  };
}

function incompatible(topic: string, writerId: number, error: unknown): Fault {
  return {
    code: 'record.schema_incompatible',
    what: `The record on ${topic} was written with schema id ${writerId}, which cannot be read as the contract of ${topic}`,
    why: error instanceof Error ? error.message : String(error),
    fix: 'Find its writer: it publishes something else on this topic, or a contract that Cartage does not know yet',
  };
}
