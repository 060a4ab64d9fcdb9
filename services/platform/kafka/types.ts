/**
 * What a service sees of Kafka. The driver behind it is `connect.ts`; nothing outside this folder names kafkajs.
 *
 * The lease protocol, in prose, because everything in `flow/` stands on it:
 *
 * A partition is held under a *lease*: from the moment the group assigned it until the group may have given it to
 * somebody else. An owner keeps two offsets on the broker, in one commit: the committed offset (everything below it
 * is finished) and, in the commit's metadata, how far it has *claimed*: no effect at or above that has been begun. So
 * before an effect is begun its record must be claimed, and the broker must have stored that (`claim`). That costs one commit per
 * batch (a few milliseconds) and buys two things: a successor knows exactly which records a predecessor may have
 * been working on, and the commit is itself the check that the lease still stands, since the broker refuses it for
 * an older generation.
 */
import type { Contract } from '../../../schemas/topics.ts';
import type { Fault } from '../errors.ts';
import type { Fence } from '../fence.ts';

/** A record that fits its contract. `value` is null for a tombstone. */
export interface Received<Value> {
  readonly contract: Contract<Value>;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: Value | null;
  /** ce_id */
  readonly eventId: string | null;
  /** Broker time of the record, UTC milliseconds. */
  readonly publishedAt: number;
  readonly headers: Readonly<Record<string, string>>;
  /** W3C trace context, when the record carries one. */
  readonly traceparent: string | null;
  /** Of what is kept of it: key, value and headers as they lie on the topic. */
  readonly sizeBytes: number;
  /** The bytes of the value as they lie on the topic. */
  readonly bytes: Buffer | null;
  /** What `value === null` says, without reading it. */
  readonly isTombstone?: boolean;
  /** Of one whose value is read when it is asked for (`lazily`): reads it now. @returns null where it can be read */
  open?(): Undecodable | null;
  /** Its value is needed no more for now: it is read again when it is. */
  forget?(): void;
}

/** A record that cannot be read: no key, bad magic byte, unknown schema id, bytes that do not fit the schema. */
export interface Undecodable {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly publishedAt: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly sizeBytes: number;
  readonly bytes: Buffer | null;
  readonly undecodable: Fault;
}

/** The right to work on one partition, until the group gives it to somebody else. */
export interface Lease extends Fence {
  readonly topic: string;
  readonly partition: number;
  /** First record to be read. */
  readonly start: number;
  /**
   * Records in [start, claimed) may have been in work at a predecessor. `claimed === start` when there was none.
   * Read up to there before the first effect, so that an old value is never written after a newer one.
   */
  readonly claimed: number;
  /**
   * Where the topic ended when the lease began: also to be read before the first effect, as far as memory allows. The group
   * may have written the newest values long ago (offsets expired or set back), and of what has waited only the newest value
   * of each key is worth a write.
   */
  readonly catchUpTo: number;
  /** True when the predecessor had nothing in flight when it stopped: no outcome below `claimed` is unknown. */
  readonly clean: boolean;
  /** Not clean, and what was in flight may be of any key: its record is gone (a topic recreated, records deleted). */
  readonly allInDoubt: boolean;
  /** Resolves when the broker has stored that all up to and including `offset` is claimed. @throws LeaseLost */
  claim(offset: number): Promise<void>;
  /**
   * Everything below `offset` is finished, and so many records above it; stored with the next commit (within
   * `commitIntervalMs`).
   */
  finish(offset: number, doneAbove?: number): void;
}

/** What a service does with the records of one partition, for as long as its lease stands. */
export interface PartitionReader {
  /** Records in the order of their offsets. Keeps them and returns at once: the fetch loop waits for nobody. */
  receive(records: (Received<never> | Undecodable)[]): void;
  /** True while no more should be read: the partition is paused and asked again every 50 ms. */
  full(): boolean;
  /**
   * The lease is over, or the process stops: begin nothing more, resolve when nothing is in flight.
   * `lost` tells the first from the second, in which what is finished will still be committed.
   * Resolves to true when nothing that was begun may still take effect: only then is the lease marked clean. A
   * request whose answer never came may still be carried out, so a reader that saw one resolves to false for a while.
   */
  close(lost: boolean): Promise<boolean>;
}

export interface SubscribeOptions {
  /** One group, one or several topics; partition n of each goes to the same member, so that one key has one owner. */
  contracts: readonly Contract<never>[];
  group: string;
  open(lease: Lease): PartitionReader;
  /** Values are read when they are asked for: the readers open each record before. */
  lazily?: boolean;
  /** How long a member may be silent before its partitions are given away. A new group begins at the earliest record. */
  sessionTimeoutMs?: number;
  commitIntervalMs?: number;
}

export interface Subscription {
  /** Partitions are assigned and their leases open. */
  ready(): boolean;
  /** Leases held now. */
  leases(): readonly Lease[];
  /** Null while all is well, else why not: no fetch for too long. */
  unhealthyReason(): string | null;
  /** Of each partition held now: what is finished, and where it ends. Rejects when the broker cannot be asked. */
  lag(): Promise<PartitionLag[]>;
  /** Closes the readers, commits what is finished, marks the leases clean, leaves the group. */
  stop(): Promise<void>;
}

export interface Publication<Value> {
  value: Value;
  /** W3C trace context of the work that led to this record. */
  traceparent?: string | null;
}

export interface ReadAllOptions<Value> {
  onRecord(record: Received<Value>): void;
  onUndecodable?(record: Undecodable): void;
  /** The topic was deleted and made again: forget what was handed over. All that stands on it now comes next. */
  onRecreated?(): void;
  /** For topics that are not compacted: begin at the first record published at or after this time. */
  sinceMs?: number;
  /** Only the partitions on which records of these keys lie; what else lies there is handed over as well. */
  keys?: readonly string[];
  /** No record is kept, and none is asked for its bytes or headers: they come without. */
  isPassing?: boolean;
}

export interface ReadAll {
  /** Resolves when everything that was on the topic at the start has been handed over. */
  caughtUp: Promise<void>;
  /** Once it has caught up: hands nothing over until it goes on. That the topic is recreated is told all the same. */
  rest(): void;
  /**
   * Reads on after a rest, and resolves when all that has come by now has been handed over. Where exactly so many have come
   * as the caller knows already, it goes on resting. @returns whether anything was read.
   */
  goOn(known?: number): Promise<boolean>;
  stop(): Promise<void>;
}

/** Up to where a topic that others fill was read. */
export interface TopicPlace {
  /** Null where the broker has not told it yet. */
  topicId: string | null;
  /** The next one to be read, by partition. */
  offsets: Readonly<Record<number, number>>;
}

export interface FollowOptions {
  /** Where it was left; null: from what comes next. */
  from: TopicPlace | null;
  /** The value is what stands in it: JSON, numbers as their own text, or Avro by the schema of its writer. */
  onRecord(record: Received<unknown>): void;
  onUndecodable(record: Undecodable): void;
  /** True while no more should be read. */
  full(): boolean;
  /** Records are gone that were not read: deleted, or the topic was made anew. What is there comes next. */
  onLost(): void;
}

export interface Following extends Pick<ReadAll, 'caughtUp' | 'stop'> {
  /** Where it was begun, then how far it has been handed over. */
  readonly place: TopicPlace;
}

/** Kafka, as a service sees it. */
export interface Bus {
  /**
   * Resolves only when the broker has acknowledged. Work under a fence publishes under it: see `platform/fence.ts`.
   * @throws Unavailable after the deadline, or when the fence has fallen meanwhile: nothing is known then. LeaseLost
   *   when it fell before anything was sent.
   */
  publish<Value>(contract: Contract<Value>, publication: Publication<Value>): Promise<void>;
  /** The same for many, in their order and one trace: resolves to the errors of those that are not published, by place. */
  publishAll<Value>(
    contract: Contract<Value>,
    values: readonly Value[],
    traceparent?: string | null,
  ): Promise<ReadonlyMap<number, Error>>;
  /** A tombstone: the key is gone, or what was parked for it cleared. */
  tombstone<Value>(contract: Contract<Value>, key: string): Promise<void>;
  subscribe(options: SubscribeOptions): Promise<Subscription>;
  /** The whole topic from its beginning (or `sinceMs`), then live, without a group that commits. */
  readAll<Value>(contract: Contract<Value>, options: ReadAllOptions<Value>): Promise<ReadAll>;
  /** A topic of others, from where it was left. */
  follow(topic: string, options: FollowOptions): Promise<Following>;
  /** Null while the broker can be reached, else why not. */
  unhealthyReason(): string | null;
  close(): Promise<void>;
}

export interface KafkaOptions {
  brokers: string[];
  clientId: string;
  ssl?: boolean | { ca?: string; cert?: string; key?: string };
  sasl?: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string };
  registry: { url: string; username?: string; password?: string };
  /** ce_source of what this process publishes, e.g. `cartage/main/order-relay`. */
  source: string;
  publishDeadlineMs?: number;
  /** How long the broker may take for one answer before it is asked again. */
  requestTimeoutMs?: number;
  /** A reader has failed, or kafkajs has given a consumer up: nothing but a restart of the process mends it. */
  onDead?(why: string): void;
  log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  now?: () => number;
}

/** How far a group is on one partition. */
export interface PartitionLag {
  topic: string;
  partition: number;
  committed: number | null;
  end: number;
  /** Records from `committed` on that are finished all the same, as far as the owner has said so: see `waitingOf`. */
  doneAbove?: number;
}
