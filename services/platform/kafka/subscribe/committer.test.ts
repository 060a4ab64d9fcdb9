/** Real: the committer, its partitions, the generation. Doubles: the coordinator and the clock. */
import { describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import type { TopicOffsets } from 'kafkajs';
import { takeOver } from './claim.ts';
import { Committer } from './committer.ts';
import { OwnedPartition } from './lease.ts';
import { Generation } from './session.ts';

const failure = (type: string) => Object.assign(new Error(type), { type });

function setUp() {
  const clock = { ms: 0, monotonicMs: () => clock.ms, wallMs: () => clock.ms };
  const joinedAt = { monotonicMs: 0, wallMs: 0 };
  const generation = new Generation({ id: 1, memberId: 'm', joinedAt, sessionTimeoutMs: 1_000, clock });
  const requests: string[] = [];
  const retried: unknown[] = [];
  const failures: Error[] = [];
  const waiting: (() => void)[] = [];
  const coordinator = { holds: false };
  const takeover = takeOver({ offset: 0, metadata: null }, { earliest: 0, end: 9, topicId: null });
  const store = () => Promise.resolve();
  const owned = [
    ['a', 0],
    ['a', 1],
    ['b', 0],
  ].map(([topic, partition]) => {
    const of = { topic: topic as string, partition: partition as number };
    return new OwnedPartition({ ...of, takeover, by: 'm', generation, store });
  });
  const committer = new Committer({
    generation,
    partitions: () => owned,
    commit: async (topics: TopicOffsets[]) => {
      requests.push(
        topics
          .flatMap(({ topic, partitions }) =>
            partitions.map(({ partition, offset }) => `${topic}${partition}:${offset}`),
          )
          .join(' '),
      );
      await turn();
      if (coordinator.holds) await new Promise<void>((resolve) => waiting.push(resolve));
      const error = failures.shift();
      if (error) throw error;
    },
    onRetry: (error) => retried.push(error),
    retryMinMs: 1,
  });
  return { clock, generation, requests, retried, failures, waiting, coordinator, owned, committer };
}

describe('what is stored', () => {
  it('is all that has changed, in one request; and nothing when nothing has', async () => {
    const { committer, owned, requests } = setUp();
    await committer.store();
    expect(requests).toEqual(['a0:0 a1:0 b0:0']);
    await committer.store();
    owned[1]!.finish(4);
    await committer.store();
    expect(requests).toEqual(['a0:0 a1:0 b0:0', 'a1:4']);
  });

  it('is what is true when the request begins, for all who asked meanwhile', async () => {
    const { committer, owned, requests, waiting, coordinator } = setUp();
    coordinator.holds = true;
    const first = committer.store();
    await turn();
    await turn();
    const [second, third] = [committer.store(), committer.store()];
    expect(second).toBe(third);
    owned[0]!.finish(3);
    owned[0]!.finish(5);
    coordinator.holds = false;
    waiting[0]!();
    await Promise.all([first, second]);
    expect(requests).toEqual(['a0:0 a1:0 b0:0', 'a0:5']);
  });

  it('is tried again as long as the session lasts', async () => {
    const { committer, failures, requests, retried, generation } = setUp();
    failures.push(failure('COORDINATOR_LOAD_IN_PROGRESS'), failure('NOT_COORDINATOR_FOR_GROUP'));
    await committer.store();
    expect([requests.length, retried.length]).toEqual([3, 2]);
    const other = setUp();
    other.failures.push(failure('COORDINATOR_LOAD_IN_PROGRESS'));
    const storing = other.committer.store();
    await turn();
    other.clock.ms = 2_000;
    await expect(storing).rejects.toThrow('COORDINATOR_LOAD_IN_PROGRESS');
    expect([other.generation.alive(), other.requests.length, generation.alive()]).toEqual([false, 1, true]);
  });

  it.each(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS'])(
    'is refused to whoever is a member no more (%s), and that is the end of the generation',
    async (type) => {
      const { committer, failures, generation, requests, retried, owned } = setUp();
      failures.push(failure(type));
      await expect(committer.store()).rejects.toThrow(type);
      expect([generation.alive(), retried]).toEqual([false, []]);
      await expect(committer.store()).rejects.toThrow('refused a commit');
      expect(requests).toHaveLength(1);
      // Nothing was stored.
      expect(owned[0]!.toStore()).not.toBeNull();
    },
  );

  it('is waited for no longer than the generation lasts', async () => {
    const { committer, generation, coordinator } = setUp();
    coordinator.holds = true;
    const storing = committer.store();
    await turn();
    await turn();
    generation.end('lost');
    await expect(storing).rejects.toThrow('lost');
  });
});
