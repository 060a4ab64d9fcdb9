/**
 * Schemas by id, ready to use. A running service registers nothing: it looks up the id of its own newest schema
 * (`cartage topics apply` has put it there) and reads each record by the schema of its writer, resolved into its own.
 *
 * What a failed look-up means:
 * - not reachable, 5xx, 401, a 404 that is not the registry's own: the registry is at fault, records wait.
 * - "no such id", by a registry that does not know our own contract either: it replays its own log after a start, or
 *   was emptied. It is believed in nothing, records wait.
 * - "no such id" otherwise, said several times: the record is at fault. The id is then remembered as unknown, and asked
 *   for again after a while that doubles.
 */
import { setTimeout as delay } from 'node:timers/promises';
import avsc, { type Type } from 'avsc';
import { cursors } from '../../../../schemas/topics.ts';
import { Unavailable } from '../../errors.ts';
import type { Fault } from '../../errors.ts';
import { foreignReader } from './foreign-schema.ts';
import type { RegistryApi } from './registry-api.ts';
import type { KafkaOptions } from '../types.ts';
import { unlessAborted } from '../../waiting.ts';

/** The schema this process writes. */
export interface WriterSchema {
  id: number;
  type: Type;
}

/** How to read what one writer wrote. */
export type ReaderSchema = { decode(payload: Buffer): unknown } | { fault: Fault };

export interface RegistryOptions {
  api: RegistryApi;
  schemaText(topic: string): string;
  log: KafkaOptions['log'];
  now?: () => number;
  /** How often, and how long apart, "no such id" is to be said before it is believed. */
  confirmations?: number;
  confirmationDelayMs?: number;
}

const waitMinMs = 200;
const waitMaxMs = 5_000;
const unknownMinMs = 30_000;
const unknownMaxMs = 600_000;
const writerRetryMs = 1_000;

export class Registry {
  readonly #options: RegistryOptions;
  readonly #ownTypes = new Map<string, Type>();
  readonly #writers = new Map<string, { promise: Promise<WriterSchema>; failedAt: number | null }>();
  readonly #readers = new Map<string, ReaderSchema>();
  readonly #unknown = new Map<number, { until: number; delayMs: number }>();
  readonly #asking = new Map<number, Promise<string | null>>();
  readonly #closing = new AbortController();
  #waiting: { since: number; why: string } | null = null;

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** @throws Unavailable (`none`) when the registry cannot be asked, or does not know our schema. */
  writer(topic: string): Promise<WriterSchema> {
    const cached = this.#writers.get(topic);
    if (cached && (cached.failedAt === null || this.#now() - cached.failedAt < writerRetryMs))
      return cached.promise;
    const entry = { promise: this.#lookUpWriter(topic), failedAt: null as number | null };
    entry.promise.catch(() => (entry.failedAt = this.#now()));
    this.#writers.set(topic, entry);
    return entry.promise;
  }

  /** What is known without asking. */
  known(topic: string, writerId: number): ReaderSchema | null {
    const cached = this.#readers.get(`${writerId}/${topic}`);
    if (cached) return cached;
    const absent = this.#unknown.get(writerId);
    return absent && absent.until > this.#now() ? { fault: unknownId(topic, writerId) } : null;
  }

  /** Waits as long as the registry cannot be asked. Rejects only when `signal` ends it. */
  async reader(topic: string, writerId: number, signal: AbortSignal): Promise<ReaderSchema> {
    const cached = this.known(topic, writerId);
    if (cached) return cached;
    const text = await unlessAborted(this.#shared(topic, writerId), signal);
    if (text === null) return { fault: unknownId(topic, writerId) };
    const made = this.#resolve(topic, writerId, text);
    this.#readers.set(`${writerId}/${topic}`, made);
    return made;
  }

  /** The same for a topic that is none of ours: by the schema of the writer alone, 64-bit numbers as text. */
  async foreignReader(writerId: number, signal: AbortSignal): Promise<ReaderSchema> {
    const cached = this.#readers.get(`${writerId}/`);
    if (cached) return cached;
    // Whether the registry is complete a contract of ours tells.
    const text = await unlessAborted(this.#shared(cursors.topic, writerId), signal);
    if (text === null) return { fault: unknownId('a topic of others', writerId) };
    const made = foreignReader(text);
    this.#readers.set(`${writerId}/`, made);
    return made;
  }

  /** Null, or since when and why records wait. */
  unhealthyReason(): string | null {
    if (this.#waiting === null) return null;
    const { since, why } = this.#waiting;
    return `records wait for the schema registry since ${new Date(since).toISOString()}: ${why}`;
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the schema registry client is closed'));
    await this.#options.api.close();
  }

  async #lookUpWriter(topic: string): Promise<WriterSchema> {
    const id = await this.#ownId(topic).catch((error: unknown) => {
      throw withoutEffect(error);
    });
    if (id === null) throw contractMissing(subjectOf(topic));
    const type = this.#ownType(topic);
    // What we write we can read without asking; a subscription asks for this before its first record.
    this.#readers.set(`${id}/${topic}`, { decode: (payload) => type.fromBuffer(payload) as unknown });
    return { id, type };
  }

  /** Under which id the registry knows this process' own contract of the topic; null when it does not. */
  #ownId(topic: string): Promise<number | null> {
    return this.#options.api.idOf(subjectOf(topic), oneLine(this.#options.schemaText(topic)));
  }

  #ownType(topic: string): Type {
    let type = this.#ownTypes.get(topic);
    if (!type) this.#ownTypes.set(topic, (type = parseSchema(this.#options.schemaText(topic))));
    return type;
  }

  /** One question per id at a time, whoever waits for it, and though some of them may stop waiting. */
  #shared(topic: string, writerId: number): Promise<string | null> {
    let promise = this.#asking.get(writerId);
    if (!promise) {
      promise = this.#ask(topic, writerId).finally(() => this.#asking.delete(writerId));
      this.#asking.set(writerId, promise);
    }
    return promise;
  }

  async #ask(topic: string, writerId: number): Promise<string | null> {
    const { api, log, confirmations = 3, confirmationDelayMs = 700 } = this.#options;
    const { signal } = this.#closing;
    let denials = 0;
    for (let attempt = 0; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        const text = await api.schemaById(writerId);
        if (text === null && (await this.#ownId(topic)) === null) throw new IncompleteRegistry(topic);
        this.#waiting = null;
        if (text !== null) return text;
        if (++denials >= confirmations) return this.#remember(writerId);
        await delay(confirmationDelayMs, undefined, { signal });
      } catch (error) {
        signal.throwIfAborted();
        const why = error instanceof Error ? error.message : String(error);
        this.#waiting ??= { since: this.#now(), why };
        log.warn(
          { schemaId: writerId, attempt: attempt + 1 },
          `Records wait for the schema registry: ${why}`,
        );
        await delay(Math.min(waitMinMs * 2 ** attempt, waitMaxMs), undefined, { signal });
      }
    }
  }

  #remember(writerId: number): null {
    const before = this.#unknown.get(writerId);
    const delayMs = before ? Math.min(before.delayMs * 2, unknownMaxMs) : unknownMinMs;
    this.#unknown.set(writerId, { until: this.#now() + delayMs, delayMs });
    return null;
  }

  #resolve(topic: string, writerId: number, text: string): ReaderSchema {
    try {
      const own = this.#ownType(topic);
      const writerType = parseSchema(text);
      // With the very same schema no resolver is needed; it would only cost time.
      const resolver = own.equals(writerType) ? undefined : own.createResolver(writerType);
      return { decode: (payload) => own.fromBuffer(payload, resolver) as unknown };
    } catch (error) {
      return { fault: incompatible(topic, writerId, error) };
    }
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }
}

/** A registry that does not know what `cartage topics apply` has put there cannot say of an id that there is none. */
class IncompleteRegistry extends Error {
  constructor(topic: string) {
    super(`it does not know the contract of ${topic} either: it replays its own log, or has lost it`);
  }
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
