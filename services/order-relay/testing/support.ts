/** What the unit tests of this folder share. */
import type { Contract } from '../../../schemas/topics.ts';
import type { Refresh } from '../../../schemas/types.ts';
import { later } from '../../platform/flow/testing/recording-bus.ts';
import type { Publication, Received } from '../../platform/kafka/types.ts';
import { requestOf } from '../requests/request.ts';
import type { RelayRequest } from '../requests/request.ts';

/** Takes down what is published, later than whoever does not wait for it; `fail` makes the next publications fail. */
export class NotingBus {
  readonly published: { topic: string; value: unknown; traceparent: string | null }[] = [];
  fail: Error | null = null;
  readonly #gone: string[] = [];

  async publish<Value>(contract: Contract<Value>, { value, traceparent }: Publication<Value>): Promise<void> {
    await later();
    if (this.fail) throw this.fail;
    this.published.push({ topic: contract.topic, value, traceparent: traceparent ?? null });
  }

  /** Topic and key of each. */
  get tombstones(): string[] {
    return this.#gone;
  }

  async tombstone<Value>(contract: Contract<Value>, key: string): Promise<void> {
    await later();
    if (this.fail) throw this.fail;
    this.published.push({ topic: contract.topic, value: null, traceparent: null });
    this.#gone.push(`${contract.topic} ${key}`);
  }

  of<Value>(topic: string): Value[] {
    return this.published.filter((one) => one.topic === topic).map(({ value }) => value as Value);
  }
}

/** A clock that stands still, and that waiting moves. */
export class StandingClock {
  time: number;
  readonly waits: number[] = [];

  constructor(time: number) {
    this.time = time;
  }

  now(): number {
    return this.time;
  }

  async wait(ms: number): Promise<void> {
    this.waits.push(ms);
    await later();
    this.time += ms;
  }
}

let offset = 0;

/** As the bus gives it: most is told when it is asked for, and a copy of the record lacks that. */
export function received(
  request: Partial<Refresh> & { key: string },
  traceparent: string | null = null,
): RelayRequest {
  const asked = {
    topic: request.topic ?? 'magento.orders',
    key: request.key,
    entityId: request.entityId ?? null,
  };
  const value = { ...requestOf({ asked, reason: 'sweep', seen: null, requestedAt: 0 }), ...request };
  offset += 1;
  const told = Object.create({ topic: 'cartage.refresh', value, traceparent }) as Received<Refresh> &
    RelayRequest;
  return Object.assign(told, { partition: 0, offset, key: value.key, publishedAt: value.requestedAt });
}
