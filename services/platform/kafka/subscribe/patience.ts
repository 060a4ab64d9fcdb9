/**
 * How long a fetch waits at the broker while there is nothing to read. kafkajs has one time for it, and it must be short:
 * a partition that is resumed is fetched again only after the fetch that left it out, and whoever stops waits for the
 * fetch that is under way. But an idle process would spend its time on answers that say nothing, four a second for each
 * consumer. So a fetch that leaves nothing out waits longer, and one that is under way at the end is not waited for.
 */
import type { Broker, Cluster } from 'kafkajs';

type FetchAnswer = Awaited<ReturnType<Broker['fetch']>>;

export interface PatienceOptions {
  waitMs: number;
  /** Nothing is paused, or to be resumed soon. */
  isQuiet: () => boolean;
  /** Nothing will be read any more. */
  over: AbortSignal;
}

/** For all fetches of one consumer, which has its cluster for itself. */
export function fetchPatiently(cluster: Cluster, { waitMs, isQuiet, over }: PatienceOptions): void {
  const find = cluster.findBroker.bind(cluster);
  const known = new WeakSet<Broker>();
  cluster.findBroker = async (named) => {
    const broker = await find(named);
    if (known.has(broker)) return broker;
    known.add(broker);
    const fetch = broker.fetch.bind(broker);
    broker.fetch = (request) =>
      nothingWhenOver(fetch(isQuiet() ? { ...request, maxWaitTime: waitMs } : request), over);
    return broker;
  };
}

const nothing: FetchAnswer = { responses: [] };

/** The connection of fetches carries nothing else, so nobody waits behind the one that is left. */
function nothingWhenOver(fetched: Promise<FetchAnswer>, over: AbortSignal): Promise<FetchAnswer> {
  return new Promise((resolve, reject) => {
    const onOver = () => resolve(nothing);
    fetched.then(resolve, reject).finally(() => over.removeEventListener('abort', onOver));
    if (over.aborted) return onOver();
    over.addEventListener('abort', onOver, { once: true });
  });
}
