import { cursors } from '../../../../schemas/topics.ts';
import type { Cursor, StreamState } from '../../../../schemas/types.ts';
import { readToEnd } from '../../../platform/kafka/read-to-end.ts';
import type { Bus } from '../../../platform/kafka/types.ts';

/** What the ingester last said of its streams; empty where it was never there. */
export async function statesOfStreams(
  bus: Pick<Bus, 'readAll'>,
  instance: string,
): Promise<{ states: StreamState[]; writtenAt: number | null }> {
  let found: Cursor | null = null;
  await readToEnd(bus, cursors, ({ key, value }) => {
    if (key === `erp-ingester/${instance}`) found = value;
  });
  const cursor = found as Cursor | null;
  return { states: cursor?.streams ?? [], writtenAt: cursor?.updatedAt ?? null };
}
