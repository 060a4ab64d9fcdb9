import type { Contract } from '../../../schemas/topics.ts';
import type { Refresh, Version } from '../../../schemas/types.ts';
import { BoundedMap } from '../../platform/bounded-map.ts';
import type { Bus, ReadAll } from '../../platform/kafka/types.ts';
import type { Clock } from '../../platform/clock.ts';
import { isForced, seenAt } from './request.ts';
import type { RelayRequest } from './request.ts';

/** About 25 MB. A state that is forgotten is read once more than needed. */
const maxStates = 100_000;
/** The shop's update times are those of its database, the time at which we read is that of its web server. */
const clocksApartMs = 60_000;

/** What of a published value tells it from another state of its key. */
export interface State {
  instance: string;
  updatedAt: number;
  version: Version;
  digest: string;
}

interface Known {
  updatedAt: number;
  digest: string;
  /** When it was read, by the shop's clock. */
  readAt: number;
  publishedAt: number;
  /** The highest version that the key was published with. */
  newest: Version;
}

export interface PublishedStatesOptions<Value> {
  contract: Contract<Value>;
  instance: string;
  /** How long after its own time a state may still become visible (sweep.marginMs), milliseconds. */
  marginMs: number;
  clock: Pick<Clock, 'now'>;
  /**
   * An older state of a key came after a newer one: a process that had lost the key was still publishing, and
   * whoever reads the topic now believes the older state. The key is to be looked at again.
   */
  onWentBack: (key: string) => void;
}

/**
 * What was published of each order, or customer, lately, by this process and by the others.
 *
 * The order of the topic is the truth: the last record of a key is what every reader believes, whatever this process
 * has published before it. So a record of our own counts only until it is read back, and whatever comes after it counts
 * from then on, also when it is older.
 */
export class PublishedStates<Value extends State> {
  readonly #options: PublishedStatesOptions<Value>;
  readonly #onTopic = new BoundedMap<string, Known>(maxStates);
  /** Published by this process, and not read back yet. */
  readonly #own = new BoundedMap<string, Known>(maxStates);

  constructor(options: PublishedStatesOptions<Value>) {
    this.#options = options;
  }

  /**
   * This process publishes the value; it was read at `readAt`, by the shop's clock. Said beforehand, because the record
   * may be read back before its acknowledgement comes.
   */
  async publishing(value: Value, readAt: number, publish: () => Promise<void>): Promise<void> {
    const key = this.#options.contract.key(value);
    const publishedAt = this.#options.clock.now();
    this.#own.set(key, this.#known(key, value, readAt, publishedAt));
    try {
      await publish();
    } catch (error) {
      this.#own.delete(key);
      throw error;
    }
  }

  /**
   * The state that was read is the last one published, and nobody insists on more: a forced request is answered by what
   * was published after it, such as for the webhooks that came with it. Remembers how late it was still the same.
   */
  isSame(value: Value, readAt: number, request: RelayRequest): boolean {
    const known = this.#knownOf(this.#options.contract.key(value));
    if (known?.digest !== value.digest) return false;
    known.readAt = Math.max(known.readAt, readAt);
    return !isForced(request.value) || known.publishedAt > request.publishedAt;
  }

  /**
   * A newer state was published before: the one that was read comes from a read replica that is behind. Unless that
   * newer one is of a time that the shop has not reached yet: then the shop's clock was set back.
   */
  isBehind(value: Value, readAt: number): boolean {
    const newest = this.#newestOf(value);
    if (newest === undefined || !isLower(value.version, newest)) return false;
    return value.version.epoch < newest.epoch || newest.number <= readAt + clocksApartMs;
  }

  /** A state that follows on all that was published of its key. */
  isNews(value: Value): boolean {
    const newest = this.#newestOf(value);
    return newest === undefined || isLower(newest, value.version);
  }

  /** The version to publish it with, which never falls for a key while the epoch lasts. */
  versionOf(value: Value): Version {
    const newest = this.#newestOf(value);
    return newest && isLower(value.version, newest) ? newest : value.version;
  }

  /**
   * That state of the key was published, and read late enough to be whole. Update times are whole seconds, and a new
   * order is usually written twice within one: a state read within its own second may be followed by another one of
   * the same time, so it is looked at once more.
   */
  has(key: string, updatedAt: number): boolean {
    const known = this.#knownOf(key);
    const { marginMs } = this.#options;
    return known?.updatedAt === updatedAt && known.readAt >= updatedAt + marginMs;
  }

  /** Some state of the key was published lately, and nothing says that it is gone. */
  isKnown(key: string): boolean {
    return this.#knownOf(key) !== undefined;
  }

  /** What the request's sender has seen is published; nobody insists on more. */
  answers(request: Refresh): boolean {
    const seen = seenAt(request);
    return seen !== null && !isForced(request) && this.has(request.key, seen);
  }

  /** Reads what was published since then, and from then on what others publish. Resolves when caught up. */
  async follow(bus: Bus, sinceMs: number, skewMs: () => number): Promise<ReadAll> {
    const wentBack = new Set<string>();
    let isLive = false;
    const reading = await bus.readAll(this.#options.contract, {
      sinceMs,
      onRecord: ({ key, value, publishedAt }) => {
        if (value === null) this.#forget(key);
        if (value?.instance !== this.#options.instance) return;
        // What has been corrected since then is of no interest any more.
        if (!this.#read(key, value, publishedAt, skewMs())) wentBack.delete(key);
        else if (isLive) this.#options.onWentBack(key);
        else wentBack.add(key);
      },
      onRecreated: () => {
        this.#onTopic.clear();
        this.#own.clear();
        wentBack.clear();
      },
    });
    await reading.caughtUp;
    isLive = true;
    for (const key of wentBack) this.#options.onWentBack(key);
    return reading;
  }

  /** @returns whether the topic has gone back to an older state with this record. */
  #read(key: string, value: Value, publishedAt: number, skewMs: number): boolean {
    const own = this.#own.get(key);
    const isOwn = own?.digest === value.digest;
    // Ours: when it was read is known better than by when it was published.
    const known = this.#known(key, value, isOwn ? own.readAt : publishedAt + skewMs, publishedAt);
    if (isOwn) this.#own.delete(key);
    this.#onTopic.set(key, known);
    return isLower(value.version, known.newest);
  }

  #known(key: string, value: Value, readAt: number, publishedAt: number): Known {
    const { updatedAt, digest, version } = value;
    const before = this.#onTopic.get(key)?.newest ?? version;
    return { updatedAt, digest, readAt, publishedAt, newest: isLower(version, before) ? before : version };
  }

  #newestOf(value: Value): Version | undefined {
    return this.#knownOf(this.#options.contract.key(value))?.newest;
  }

  #knownOf(key: string): Known | undefined {
    return this.#own.get(key) ?? this.#onTopic.get(key);
  }

  /** A tombstone: its next state is a first one. */
  #forget(key: string): void {
    this.#onTopic.delete(key);
    this.#own.delete(key);
  }
}

function isLower(left: Version, right: Version): boolean {
  return left.epoch < right.epoch || (left.epoch === right.epoch && left.number < right.number);
}
