/** A double of kafkajs' cluster, whose metadata name an old leader until they are asked for again. */
import { expect, it } from '@jest/globals';
import type { Cluster } from 'kafkajs';
import { KafkajsGroup } from './group.ts';
import { systemClock } from './session.ts';

it('asks for the leaders again when one refuses to say where its partition begins', async () => {
  let knowsLeader = false;
  const moved = Object.assign(new Error('not the leader'), { type: 'NOT_LEADER_FOR_PARTITION' });
  const cluster = {
    refreshMetadata: async () => {
      knowsLeader = true;
    },
    fetchTopicsOffset: async ([{ topic, fromBeginning }]: [{ topic: string; fromBeginning: boolean }]) => {
      await Promise.resolve();
      if (!knowsLeader) throw moved;
      return [{ topic, partitions: [{ partition: 0, offset: fromBeginning ? '3' : '7' }] }];
    },
  };
  const events = { beforeJoin: async () => undefined, joined: () => undefined, generation: () => null };
  const stopping = new AbortController().signal;
  const group = new KafkajsGroup(cluster as unknown as Cluster, 'group', events, systemClock, stopping);
  await expect(group.bounds('stock', [0])).rejects.toBe(moved);
  expect(await group.bounds('stock', [0])).toEqual(new Map([[0, { earliest: 3, end: 7, topicId: null }]]));
});
