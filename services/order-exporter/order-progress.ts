import { orders } from '../../schemas/topics.ts';
import type { TopicAdmin } from '../platform/kafka/topic-admin.ts';
import { partitionIn } from '../platform/kafka/publish/murmur2.ts';

export interface OrderProgress {
  /** Whether all that was published of an order before this time has been handled, by whichever process. */
  isHandled(key: string, publishedBeforeMs: number): Promise<boolean>;
}

/** As the broker knows it, of the order's partition: asked for the few orders that replace another one. */
export function orderProgress(admin: Pick<TopicAdmin, 'lag' | 'begins'>, group: string): OrderProgress {
  const { topic } = orders;
  const ask = async (key: string, publishedBeforeMs: number) => {
    const begins = await admin.begins(topic, publishedBeforeMs);
    const lags = await admin.lag(group, [topic]);
    const partition = partitionIn(key, lags.length);
    const committed = lags.find((lag) => lag.partition === partition)?.committed ?? 0;
    return committed >= (begins.get(partition) ?? 0);
  };
  // A broker that cannot be asked says nothing: it is asked again.
  return { isHandled: (key, publishedBeforeMs) => ask(key, publishedBeforeMs).catch(() => false) };
}
