import { documentKey } from '../../../../schemas/keys.ts';
import { parked } from '../../../../schemas/topics.ts';
import type { Parked } from '../../../../schemas/types.ts';
import { Rejected } from '../../errors.ts';
import type { Fault } from '../../errors.ts';
import type { Bus, ReadAll, Received, Undecodable } from '../../kafka/types.ts';
import type { Clock } from '../../clock.ts';
import { documentOf } from './outcome.ts';

type Place = Parameters<typeof documentKey>[0];

/** What one group has parked on `cartage.parked`, kept up to date by reading the topic. */
export interface Parking {
  park(record: Received<never>, status: 'rejected' | 'held', fault: Fault, attempts: number): Promise<void>;
  parkUndecodable(record: Undecodable): Promise<void>;
  /** A success of the same key (or document) settles what was parked for it. Does nothing when nothing was. */
  settle(record: Received<never>): Promise<void>;
  size(): number;
  stop(): Promise<void>;
}

/** Resolves when all that the group has parked is known. */
export async function openParking(bus: Bus, group: string, clock: Clock): Promise<Parking> {
  const known = new Set<string>();
  const reading: ReadAll = await bus.readAll(parked, {
    onRecord: (record) => {
      if (!record.key.startsWith(`${group}/`)) return;
      if (record.value === null) known.delete(record.key);
      else known.add(record.key);
    },
  });
  await reading.caughtUp;

  const publish = async (value: Parked, traceparent: string | null) => {
    try {
      await bus.publish(parked, { value, traceparent });
    } catch (error) {
      // Larger than the broker takes: without its bytes rather than for ever in the way of the others.
      if (!(error instanceof Rejected)) throw error;
      await bus.publish(parked, { value: { ...value, recordValue: null, headers: {} }, traceparent });
    }
    known.add(documentKey(value));
  };
  return {
    park: (record, status, fault, attempts) =>
      publish(
        {
          ...placeOf(record, group),
          ...contentOf(record),
          ...faultOf(fault),
          status,
          attempts,
          parkedAt: clock.now(),
        },
        record.traceparent,
      ),
    parkUndecodable: (record) =>
      publish(
        {
          ...contentOf({ ...record, eventId: null }),
          ...faultOf(record.undecodable),
          // Bytes that cannot be read may stand under any key: they are named by their place alone.
          group,
          topic: record.topic,
          partition: record.partition,
          offset: record.offset,
          key: null,
          documentId: null,
          status: 'rejected',
          attempts: 1,
          parkedAt: clock.now(),
        },
        null,
      ),
    settle: async (record) => {
      const key = documentKey(placeOf(record, group));
      if (!known.has(key)) return;
      await bus.tombstone(parked, key);
      known.delete(key);
    },
    size: () => known.size,
    stop: () => reading.stop(),
  };
}

function placeOf(record: Received<never>, group: string): Place {
  const { topic, partition, offset, key } = record;
  return { group, topic, partition, offset, key, documentId: documentOf(record) };
}

function contentOf(record: {
  headers: Readonly<Record<string, string>>;
  bytes: Buffer | null;
  eventId: string | null;
}) {
  return { headers: { ...record.headers }, recordValue: record.bytes, eventId: record.eventId };
}

function faultOf(fault: Fault) {
  return { code: fault.code, cause: fault.what, why: fault.why ?? null, fix: fault.fix };
}
