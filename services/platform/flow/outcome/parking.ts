import { documentKey } from '../../../../schemas/keys.ts';
import { parked } from '../../../../schemas/topics.ts';
import type { Parked } from '../../../../schemas/types.ts';
import { Rejected } from '../../errors.ts';
import type { Fault } from '../../errors.ts';
import type { ReadAll, Received, Undecodable } from '../../kafka/types.ts';
import type { FlowContext } from '../context.ts';
import { documentOf } from './outcome.ts';
import { dropOldOriginals } from './parked-originals.ts';
import { ParkedPlaces } from './parked-places.ts';
import { shortKey, shortText } from './short-key.ts';
import { Releases } from './releases.ts';
import type { Awaited } from './releases.ts';

type Place = Parameters<typeof documentKey>[0];
type Context = Pick<FlowContext, 'bus' | 'group' | 'clock' | 'log' | 'metrics' | 'mappings' | 'policy'>;

/** The flow that parks, and clears its own parked records; a helper of it that parks beside it has none. */
export interface ParkingFlow {
  name: string;
  /** Where its held records look for what they wait for. */
  awaited?: Awaited;
}

/** What one group has parked on `cartage.parked`, kept up to date by reading the topic. */
export interface Parking {
  park(record: Received<never>, status: 'rejected' | 'held', fault: Fault, attempts: number): Promise<void>;
  parkUndecodable(record: Undecodable): Promise<void>;
  /** A success of the same key (or document) clears what was parked for it. Does nothing when nothing was. */
  clear(record: Received<never>): Promise<void>;
  size(): number;
  /** Something is there of which held records may wait for one of the kinds. */
  arrived(kinds: readonly string[], name: string): void;
  stop(): Promise<void>;
}

/** Resolves when all that the group has parked is known, its gauge shows it, and what waits in vain is released. */
export async function openParking(context: Context, flow?: ParkingFlow): Promise<Parking> {
  const known = new ParkedPlaces(context, flow?.name);
  const reading: ReadAll = await context.bus.readAll(parked, {
    onRecord: (record) => known.read(record),
    onRecreated: () => known.recreated(),
  });
  await reading.caughtUp;
  known.caughtUp();
  const stops: (() => Promise<void> | void)[] = [() => reading.stop()];
  const releases = new Releases(context, flow?.awaited ?? {}, known.byKey);
  if (flow) {
    known.onHeld = (waitsFor) => releases.held(waitsFor);
    releases.start();
    stops.push(() => releases.stop(), dropOldOriginals(context, known.byKey));
  }
  return new TopicParking(context, known, releases, stops);
}

class TopicParking implements Parking {
  readonly #context: Context;
  readonly #known: ParkedPlaces;
  readonly #releases: Releases;
  readonly #stops: readonly (() => Promise<void> | void)[];

  constructor(
    context: Context,
    known: ParkedPlaces,
    releases: Releases,
    stops: readonly (() => Promise<void> | void)[],
  ) {
    this.#context = context;
    this.#known = known;
    this.#releases = releases;
    this.#stops = stops;
  }

  async park(record: Received<never>, status: 'rejected' | 'held', fault: Fault, attempts: number) {
    const { group, clock } = this.#context;
    const value = {
      ...placeOf(record, group),
      ...contentOf(record),
      ...faultOf(fault),
      status,
      attempts,
      parkedAt: clock.now(),
    };
    await this.#publish(value, record.traceparent);
  }

  async parkUndecodable(record: Undecodable) {
    const { group, clock } = this.#context;
    const { topic, partition, offset } = record;
    const value = {
      ...contentOf({ ...record, eventId: null }),
      ...faultOf(record.undecodable),
      // Bytes that cannot be read may stand under any key: they are named by their place alone.
      group,
      topic,
      partition,
      offset,
      key: null,
      documentId: null,
      status: 'rejected',
      attempts: 1,
      parkedAt: clock.now(),
    };
    await this.#publish(value, null);
  }

  async clear(record: Received<never>) {
    const key = documentKey(placeOf(record, this.#context.group));
    if (!this.#known.byKey.has(key)) return;
    await this.#context.bus.tombstone(parked, key);
    this.#known.remove(key);
  }

  size(): number {
    return this.#known.byKey.size;
  }

  arrived(kinds: readonly string[], name: string): void {
    this.#releases.arrived(kinds, name);
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.toReversed()) await stop();
  }

  async #publish(value: Parked, traceparent: string | null): Promise<void> {
    const { bus } = this.#context;
    try {
      await bus.publish(parked, { value, traceparent });
    } catch (error) {
      // Larger than the broker takes: without its bytes rather than for ever in the way of the others.
      if (!(error instanceof Rejected)) throw error;
      await bus.publish(parked, { value: { ...value, recordValue: null, headers: {} }, traceparent });
    }
    this.#known.add(documentKey(value), value);
  }
}

function placeOf(record: Received<never>, group: string): Place {
  const { topic, partition, offset, key } = record;
  return { group, topic, partition, offset, key: shortKey(key), documentId: documentOf(record) };
}

function contentOf(record: {
  headers: Readonly<Record<string, string>>;
  bytes: Buffer | null;
  eventId: string | null;
}) {
  return { headers: { ...record.headers }, recordValue: record.bytes, eventId: record.eventId };
}

function faultOf({ code, what, why, fix, waitsFor }: Fault) {
  const texts = {
    cause: shortText(what),
    why: why === undefined ? null : shortText(why),
    fix: shortText(fix),
  };
  return { code, ...texts, waitsFor: waitsFor ?? null };
}
