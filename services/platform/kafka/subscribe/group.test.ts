/** Doubles of kafkajs' cluster and its brokers. Asserted: what is asked of them, and what their answers mean for a session. */
import { describe, expect, it } from '@jest/globals';
import type { Cluster } from 'kafkajs';
import type { CoordinatingBroker } from './coordinator.ts';
import { KafkajsGroup } from './group.ts';
import { Generation } from './session.ts';

const failure = (type: string) => Object.assign(new Error(type), { type });

function setUp() {
  const clock = { ms: 0, monotonicMs: () => clock.ms, wallMs: () => clock.ms };
  const asked: object[] = [];
  /** What the coordinator's next answer comes to, and how long it takes. */
  const next: { error: Error | null; tookMs: number } = { error: null, tookMs: 0 };
  const answer = async (name: string, request: object, found: object = {}) => {
    asked.push({ name, ...request });
    await Promise.resolve();
    clock.ms += next.tookMs;
    if (next.error) throw next.error;
    return found;
  };
  const broker = {
    findGroupCoordinator: async () => ({ coordinator: { nodeId: '1' } }),
    heartbeat: (request: object) => answer('heartbeat', request),
    offsetCommit: (request: object) => answer('commit', request),
    leaveGroup: (request: object) => answer('leave', request),
    joinGroup: (request: object) => answer('join', request, { generationId: 4, memberId: 'm' }),
    syncGroup: (request: object) => answer('sync', request),
    offsetFetch: (request: object) =>
      answer('fetch', request, {
        responses: [
          {
            partitions: [
              { partition: 0, offset: '7', metadata: 'said' },
              { partition: 1, offset: '-1', metadata: '' },
              { partition: 2, offset: '-2', metadata: '' },
              { partition: 3, offset: '0', metadata: null },
            ],
          },
        ],
      }),
  };
  const events: string[] = [];
  let generation: Generation | null = null;
  const cluster = {
    getNodeIds: () => [1],
    findBroker: async () => broker,
  } as unknown as Cluster & { findGroupCoordinator(): Promise<CoordinatingBroker> };
  const group = new KafkajsGroup(
    cluster,
    'g',
    {
      beforeJoin: async () => {
        await Promise.resolve();
        events.push('before');
      },
      joined: ({ id, memberId }, sentAt) => events.push(`joined ${id} ${memberId} at ${sentAt.monotonicMs}`),
      generation: () => generation,
    },
    clock,
    new AbortController().signal,
  );
  const member = (id = 4) => {
    const joinedAt = { monotonicMs: clock.ms, wallMs: clock.ms };
    return (generation = new Generation({ id, memberId: 'm', joinedAt, sessionTimeoutMs: 1_000, clock }));
  };
  return { clock, asked, next, events, cluster, group, member };
}

const membership = { groupId: 'g', groupGenerationId: 4, memberId: 'm' };

describe('a member of a group', () => {
  it('joins when it has finished, and its session counts from when it asked for its partitions', async () => {
    const { cluster, events, next, asked } = setUp();
    const coordinator = await cluster.findGroupCoordinator();
    expect(events).toEqual(['before']);
    next.tookMs = 30;
    await coordinator.joinGroup({});
    await coordinator.syncGroup({});
    expect(events).toEqual(['before', 'joined 4 m at 30']);
    expect(asked.map((request) => (request as { name: string }).name)).toEqual(['join', 'sync']);
  });

  it.each<[string, string | null, 'heartbeat' | 'commit', number | null]>([
    ['an answer', null, 'heartbeat', 10],
    ['an answer', null, 'commit', 10],
    ['that the group is to be joined anew', 'REBALANCE_IN_PROGRESS', 'heartbeat', 10],
    ['any other failure', 'COORDINATOR_LOAD_IN_PROGRESS', 'commit', 510],
    ['that it is a member no more', 'ILLEGAL_GENERATION', 'commit', null],
    ['that it is a member no more', 'UNKNOWN_MEMBER_ID', 'heartbeat', null],
  ])('takes %s (%s to a %s) as it is for its session', async (_what, type, request, silentMs) => {
    const { clock, asked, next, group, member } = setUp();
    const generation = member();
    clock.ms += 500;
    Object.assign(next, { tookMs: 10, error: type === null ? null : failure(type) });
    const topics = [{ topic: 't', partitions: [] }];
    const answered = request === 'heartbeat' ? group.heartbeat(generation) : group.commit(generation, topics);
    await (type === null ? answered : expect(answered).rejects.toThrow(type));
    expect(asked).toEqual([{ name: request, ...membership, ...(request === 'commit' ? { topics } : {}) }]);
    expect(generation.alive()).toBe(silentMs !== null);
    // Counted from when the request was sent.
    if (silentMs !== null) expect(generation.sinceContactMs()).toBe(silentMs);
  });

  it('does not stop reading where a heart-beat is not answered, and joins anew when its session is over', async () => {
    const { clock, cluster, next, member, asked } = setUp();
    const coordinator = await cluster.findGroupCoordinator();
    const generation = member();
    next.error = failure('COORDINATOR_NOT_AVAILABLE');
    await coordinator.heartbeat(membership);
    next.error = failure('REBALANCE_IN_PROGRESS');
    await expect(coordinator.heartbeat(membership)).rejects.toBe(next.error);
    expect(asked).toHaveLength(2);
    clock.ms += 5_000;
    await expect(coordinator.heartbeat(membership)).rejects.toMatchObject({ type: 'REBALANCE_IN_PROGRESS' });
    expect([asked.length, generation.alive()]).toEqual([2, false]);
  });

  it('reads what the group has stored, and knows what kafkajs stores where an offset was out of range', async () => {
    const { group, asked } = setUp();
    expect(await group.stored('t', [0, 1])).toEqual(
      new Map([
        [0, { offset: 7, metadata: 'said' }],
        [1, { offset: null, metadata: null }],
        [2, { offset: null, metadata: 'offset out of range' }],
        [3, { offset: 0, metadata: null }],
      ]),
    );
    const partitions = [{ partition: 0 }, { partition: 1 }];
    expect(asked).toEqual([{ name: 'fetch', groupId: 'g', topics: [{ topic: 't', partitions }] }]);
  });

  it('leaves by its name', async () => {
    const { group, asked, member } = setUp();
    await group.leave(member());
    expect(asked).toEqual([{ name: 'leave', groupId: 'g', memberId: 'm' }]);
  });
});

it('asks for the leaders again when one refuses to say where its partition begins', async () => {
  let knowsLeader = false;
  const moved = failure('NOT_LEADER_FOR_PARTITION');
  const cluster = {
    refreshMetadata: async () => {
      await Promise.resolve();
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
  const clock = { monotonicMs: () => 0, wallMs: () => 0 };
  const group = new KafkajsGroup(cluster as unknown as Cluster, 'group', events, clock, stopping);
  await expect(group.bounds('stock', [0])).rejects.toBe(moved);
  expect(await group.bounds('stock', [0])).toEqual(new Map([[0, { earliest: 3, end: 7, topicId: null }]]));
});
