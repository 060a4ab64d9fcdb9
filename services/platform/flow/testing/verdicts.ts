import { outcomes, parked } from '../../../../schemas/topics.ts';
import type { Contract } from '../../../../schemas/topics.ts';
import { currentFence } from '../../fence.ts';
import type { Fence } from '../../fence.ts';
import type { Lease, Publication } from '../../kafka/types.ts';
import { openMetrics } from '../../telemetry/metrics.ts';
import { startSpan } from '../../telemetry/tracing.ts';
import { openParking } from '../outcome/parking.ts';
import type { Policy } from '../outcome/policy.ts';
import type { Handled } from '../outcome/outcome.ts';
import type { Tried } from '../outcome/tried.ts';
import { Verdicts } from '../outcome/verdicts.ts';
import { contextOf } from './context.ts';
import { recordOf } from './records.ts';
import { RecordingBus } from './recording-bus.ts';

/** A broker that acknowledges what goes to one topic only when it is let. */
class SlowBus extends RecordingBus {
  holdsBack: string | null = null;
  acknowledge: () => void = () => undefined;
  /** What was published stood under these. */
  readonly fences = new Set<Fence | null>();

  override async publish<Value>(contract: Contract<Value>, publication: Publication<Value>): Promise<void> {
    await this.#turn(contract.topic);
    await super.publish(contract, publication);
  }

  override async tombstone<Value>(contract: Contract<Value>, key: string): Promise<void> {
    await this.#turn(contract.topic);
    await super.tombstone(contract, key);
  }

  async #turn(topic: string): Promise<void> {
    this.fences.add(currentFence());
    if (topic === this.holdsBack) await new Promise<void>((resolve) => (this.acknowledge = resolve));
  }
}

export type World = Awaited<ReturnType<typeof verdictsOf>>;

/** The verdicts of a flow, what they stand on, and tries that took 3 s of changes that are 7 s old. */
export async function verdictsOf(policy: Partial<Policy> = {}, probe = () => Promise.resolve()) {
  const bus = new SlowBus();
  const metrics = openMetrics('test', 'us');
  const few = { bugTries: 2, perhapsRecordTries: 3, breakerFailures: 3, rejectionsInRow: 3 };
  const context = { ...contextOf({ bus, clock: bus.clock, policy: { ...few, ...policy } }), metrics };
  const parking = await openParking(context, { name: 'plains' });
  const verdicts = new Verdicts(context, 'plains', parking, probe);
  let isCurrent = true;
  const lease = { topic: 'test.plains', partition: 0, isCurrent: () => isCurrent } as Lease;
  const now = bus.clock.now();
  const records = new Map<string, Tried['record']>();
  const recordFor = (key: string) => {
    const known = records.get(key);
    const record =
      known ?? (recordOf(key, 1, { value: { key, text: 'x', occurredAt: now - 7_000 } as never }) as never);
    records.set(key, record);
    return record;
  };
  const tried = ({ key = 'A', ...changes }: Changes = {}): Tried => ({
    record: recordFor(key),
    lease,
    attempts: 1,
    startedAt: now - 3_000,
    span: startSpan('process'),
    ...changes,
  });
  const reported = () =>
    bus.broker.values(outcomes).map(({ key, status, code }) => `${key} ${status} ${code}`);
  const stillParked = () =>
    [...bus.newest(parked)].flatMap(([key, value]) => (value ? [key.split('/').at(-1)] : []));
  const lose = () => (isCurrent = false);
  const { policy: used } = context;
  return { bus, metrics, context, verdicts, lease, lose, tried, reported, stillParked, policy: used };
}

type Changes = Partial<Tried> & { key?: string };

export const failed =
  (error: Error, changes: Changes = {}) =>
  ({ verdicts, tried }: World) =>
    verdicts.failed(tried(changes), error);

/** The try before it has failed likewise. */
export const failedAgain =
  (error: Error, { attempts = 1, ...changes }: Changes = {}) =>
  async (world: World) => {
    if (attempts > 1) await failed(error, { ...changes, attempts: attempts - 1 })(world);
    return failed(error, { ...changes, attempts })(world);
  };

export const handled =
  (status: Handled['status'], changes: Changes = {}) =>
  ({ verdicts, tried }: World) =>
    verdicts.handled(tried(changes), { status });

export const times = <Result>(count: number, work: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_none, index) => work(index)));
