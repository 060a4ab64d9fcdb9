import { waitingOf } from '../kafka/group-lag.ts';
import type { PartitionLag, Subscription } from '../kafka/types.ts';
import type { FlowContext } from './context.ts';

type Watched = Pick<Subscription, 'ready' | 'lag'>;

const intervalMs = 30_000;
const askAgainMs = 2_000;
/** A broker that does not answer for so long is one that cannot be asked. */
const answerWithinMs = 10_000;
/** From so many records on it is told how long it will take: a first load, what came up in an outage. */
const backlogMin = 1_000;
const statuses = ['applied', 'unchanged', 'superseded', 'dry', 'held', 'rejected'];

/** Shows how a flow goes, from now until `stop`. */
export function watchFlow(
  context: FlowContext,
  flow: { name: string },
  contracts: readonly { topic: string }[],
  watched: Watched,
): { stop(): void } {
  showFromStart(
    context,
    flow.name,
    contracts.map(({ topic }) => topic),
  );
  const over = new AbortController();
  void new FlowWatch(context, flow.name, watched).run(over.signal);
  return { stop: () => over.abort() };
}

/** What never happened is 0, not absent: `increase()` sees nothing of a counter that is born at 20. */
function showFromStart({ metrics }: FlowContext, flow: string, topics: readonly string[]): void {
  for (const topic of topics) for (const status of statuses) metrics.records.inc({ flow, topic, status }, 0);
  metrics.coalesced.inc({ flow }, 0);
  metrics.retries.inc({ flow, code: 'bug' }, 0);
  metrics.pending.set({ flow }, 0);
  metrics.breaker.set({ flow }, 0);
  metrics.breakerOpens.inc({ flow, code: 'bug' }, 0);
  metrics.handling.zero({ flow });
  metrics.eventAge.zero({ flow });
}

/** Asks the broker every 30 s where the partitions begin and end: two small requests for each topic. */
class FlowWatch {
  readonly #context: FlowContext;
  readonly #flow: string;
  readonly #watched: Watched;
  /** Records that were finished when it was last seen, by partition. */
  #finished = new Map<string, number>();
  #seenAt: number;
  #shown: { topic: string; partition: number }[] = [];
  /** A question that is not answered yet is not asked again. */
  #asked: Promise<PartitionLag[]> | null = null;

  constructor(context: FlowContext, flow: string, watched: Watched) {
    this.#context = context;
    this.#flow = flow;
    this.#watched = watched;
    this.#seenAt = context.clock.now();
  }

  async run(over: AbortSignal): Promise<void> {
    this.#progress();
    while (!over.aborted) {
      const partitions = await this.#ask(over);
      if (partitions === null) this.#showUnknown();
      else this.#show(partitions);
      await this.#context.clock.wait(partitions === null ? askAgainMs : intervalMs, over);
    }
    this.#forget();
  }

  /** Null when it is not known. */
  async #ask(over: AbortSignal): Promise<PartitionLag[] | null> {
    if (!this.#watched.ready()) return null;
    this.#asked ??= this.#watched.lag().finally(() => (this.#asked = null));
    const answered = new AbortController();
    const late = this.#context.clock.wait(answerWithinMs, AbortSignal.any([over, answered.signal]));
    const known = await Promise.race([this.#asked.catch(() => null), late.then(() => null)]);
    answered.abort();
    return known;
  }

  #show(partitions: PartitionLag[]): void {
    this.#forget();
    this.#shown = partitions.map(({ topic, partition }) => ({ topic, partition }));
    const finished = new Map<string, number>();
    let left = 0;
    let moved = 0;
    for (const one of partitions) {
      const { topic, partition, committed, doneAbove = 0 } = one;
      const place = `${topic}[${partition}]`;
      const done = (committed ?? 0) + doneAbove;
      const known = this.#finished.get(place);
      finished.set(place, done);
      this.#context.metrics.lag.set(this.#labels({ topic, partition }), waitingOf(one));
      left += waitingOf(one);
      if (known !== undefined) moved += Math.max(0, done - known);
    }
    this.#finished = finished;
    this.#tell(left, moved);
    if (moved > 0 || left === 0) this.#progress();
  }

  /** How fast it goes and when it will have ended, going on like this; of records, several of a key among them. */
  #tell(left: number, moved: number): void {
    const { clock, log } = this.#context;
    const seconds = (clock.now() - this.#seenAt) / 1000;
    this.#seenAt = clock.now();
    if (left < backlogMin || seconds === 0) return;
    const perSecond = Math.round((moved / seconds) * 10) / 10;
    const endsInSeconds = moved === 0 ? null : Math.round((left * seconds) / moved);
    log.info({ flow: this.#flow, left, perSecond, endsInSeconds }, 'catching up');
  }

  /** What is held by somebody else now is told by him. */
  #forget(): void {
    for (const place of this.#shown) this.#context.metrics.lag.remove(this.#labels(place));
    this.#shown = [];
  }

  #showUnknown(): void {
    for (const place of this.#shown) this.#context.metrics.lag.set(this.#labels(place), NaN);
  }

  #progress(): void {
    const { metrics, clock } = this.#context;
    metrics.lastProgress.set({ flow: this.#flow }, clock.now() / 1000);
  }

  #labels({ topic, partition }: { topic: string; partition: number }) {
    return { flow: this.#flow, topic, partition: String(partition) };
  }
}
