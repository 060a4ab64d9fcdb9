import type { Contract } from '../../../schemas/topics.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Handled } from '../../platform/flow/outcome/outcome.ts';
import type { Bus } from '../../platform/kafka/types.ts';
import type { PublishedStates, State } from './published.ts';
import { bringsNews } from './request.ts';
import { olderState } from './visibility.ts';
import type { ReadValue } from './visibility.ts';

export interface RelayOptions<Value extends State> {
  contract: Contract<Value>;
  bus: Pick<Bus, 'publish'>;
  published: PublishedStates<Value>;
  clock: Clock;
  /** Done before the value is published, and so at least once. */
  before?: () => Promise<void>;
  /** Adds what is no part of its digest. */
  complete?: (value: Value) => Promise<Value>;
}

/** Publishes what was read for a request, unless an older state than is known was read, or the one that was published last. */
export async function relayState<Value extends State & { occurredAt: number | null }>(
  read: ReadValue<Value> & { traceparent: string | null },
  said: Omit<Handled, 'status'>,
  { contract, bus, published, clock, before, complete }: RelayOptions<Value>,
): Promise<Handled | Error> {
  const { value: state, readAt, request, traceparent } = read;
  const older = olderState(read, published, clock.now());
  if (older) return older;
  if (published.isSame(state, readAt, request))
    return { status: 'unchanged', cause: 'the last published state is the same' };
  await before?.();
  const occurredAt = bringsNews(request.value) && published.isNews(state) ? state.occurredAt : null;
  const whole = complete === undefined ? state : await complete(state);
  const value = { ...whole, occurredAt, version: published.versionOf(state) };
  await published.publishing(value, readAt, () => bus.publish(contract, { value, traceparent }));
  return { status: 'applied', ...said };
}
