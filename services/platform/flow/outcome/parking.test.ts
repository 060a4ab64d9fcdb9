import { describe, expect, it } from '@jest/globals';
import { parked } from '../../../../schemas/topics.ts';
import type { Parked } from '../../../../schemas/types.ts';
import { Rejected } from '../../errors.ts';
import type { Bus, Received } from '../../kafka/types.ts';
import { systemClock } from '../../clock.ts';
import { openParking } from './parking.ts';

const fault = { code: 'a.fault', what: 'it failed', fix: 'mend it' };

/** A broker that takes at most so many bytes of a record's value. */
function busWithLimit(limitBytes: number, published: Parked[]): Bus {
  return {
    readAll: async () => ({ caughtUp: Promise.resolve(), stop: async () => undefined }),
    publish: async (_contract: unknown, { value }: { value: Parked }) => {
      if ((value.recordValue?.length ?? 0) > limitBytes)
        throw new Rejected({ code: 'kafka.record_too_large', what: 'too large', fix: 'make it smaller' });
      published.push(value);
    },
  } as unknown as Bus;
}

const record = (sizeBytes: number) =>
  ({
    contract: parked,
    topic: 'erp.stock',
    partition: 0,
    offset: 7,
    key: 'WH1/A',
    value: null,
    eventId: 'e',
    publishedAt: 1,
    headers: { ce_id: 'e' },
    traceparent: null,
    sizeBytes,
    bytes: Buffer.alloc(sizeBytes),
  }) as unknown as Received<never>;

describe('parking', () => {
  it('keeps the bytes of the record', async () => {
    const published: Parked[] = [];
    const parking = await openParking(busWithLimit(100, published), 'g', systemClock);
    await parking.park(record(50), 'rejected', fault, 1);
    expect(published[0]).toMatchObject({ code: 'a.fault', key: 'WH1/A', headers: { ce_id: 'e' } });
    expect(published[0]!.recordValue).toHaveLength(50);
  });

  it('leaves out bytes that the broker will not take, instead of trying for ever', async () => {
    const published: Parked[] = [];
    const parking = await openParking(busWithLimit(100, published), 'g', systemClock);
    await parking.park(record(500), 'held', fault, 1);
    expect(published).toHaveLength(1);
    expect(published[0]).toMatchObject({ code: 'a.fault', status: 'held', recordValue: null });
    expect(parking.size()).toBe(1);
  });
});
