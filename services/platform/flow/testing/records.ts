import type { Contract } from '../../../../schemas/topics.ts';
import type { Received } from '../../kafka/types.ts';

export interface Plain {
  key: string;
  text: string;
}

export const plains = {
  topic: 'test.plains',
  kind: 'state',
  partitions: 1,
  key: (value: Plain) => value.key,
} as unknown as Contract<Plain>;

export function recordOf(
  key: string,
  offset: number,
  changes: Partial<Received<Plain>> = {},
): Received<Plain> {
  return {
    contract: plains,
    topic: plains.topic,
    partition: 0,
    offset,
    key,
    value: { key, text: `${key}${offset}` },
    eventId: `${offset}`,
    publishedAt: 0,
    headers: {},
    traceparent: null,
    sizeBytes: 10 + (offset % 7),
    bytes: null,
    ...changes,
  };
}
