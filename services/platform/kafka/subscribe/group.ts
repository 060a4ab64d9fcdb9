/**
 * What kafkajs does not offer a member of a consumer group, added to the cluster object that it hands to an assigner:
 *
 * - a moment to finish *before* the group is joined anew (kafkajs joins at once, while work is still in flight),
 * - the generation of the membership, so that a commit carries the generation of the lease it was made under and not
 *   the newest one (kjs#1046: commits for partitions long given away succeed),
 * - the answers to heart-beats, which are what a lease stands on, and heart-beats of our own by timer (kjs#1396),
 * - committed offsets with their metadata, read anew (kafkajs keeps those of earlier generations in a cache).
 *
 * It replaces methods on objects of this one consumer (`findGroupCoordinator` of its cluster, `joinGroup`,
 * `syncGroup` and `heartbeat` of its coordinator), which kafkajs 2.2.4, pinned and no longer developed, calls in
 * consumer/consumerGroup.js; a test fails when it no longer does.
 */
import type { Broker, Cluster, TopicOffsets } from 'kafkajs';
import type { Bounds, Stored } from './claim.ts';
import { instant } from './session.ts';
import { unlessAborted } from '../unless-aborted.ts';
import type { Generation, Instant, SessionClock } from './session.ts';

interface GroupRequest {
  groupId: string;
  memberId: string;
  groupGenerationId: number;
}

/** The part of kafkajs' broker that its types leave out. */
interface Coordinator extends Broker {
  nodeId: string;
  joinGroup(request: object): Promise<{ generationId: number; memberId: string }>;
  syncGroup(request: object): Promise<unknown>;
  heartbeat(request: GroupRequest): Promise<unknown>;
  leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
}

export interface GroupEvents {
  /** The group is to be joined (again): finish or give up what is in work, then return. A throw ends the consumer. */
  beforeJoin(): Promise<void>;
  /** The coordinator has given us our partitions. `sentAt`: when we asked for them. */
  joined(membership: { id: number; memberId: string }, sentAt: Instant): void;
  /** The generation that heart-beats stand for now. */
  generation(): Generation | null;
}

export interface Group {
  heartbeat(generation: Generation): Promise<void>;
  commit(generation: Generation, topics: TopicOffsets[]): Promise<void>;
  /** What the group has committed, and where the topic begins and ends, per partition. */
  stored(topic: string, partitions: number[]): Promise<Map<number, Stored>>;
  bounds(topic: string, partitions: number[]): Promise<Map<number, Bounds>>;
  leave(generation: Generation): Promise<void>;
}

/** Errors by which the coordinator says that the generation is over. */
const FENCING = new Set(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID']);

export function isFencing(error: unknown): boolean {
  return FENCING.has(errorType(error));
}

export function isRebalance(error: unknown): boolean {
  return errorType(error) === 'REBALANCE_IN_PROGRESS';
}

function errorType(error: unknown): string {
  return (error as { type?: string } | null)?.type ?? '';
}

export function joinGroupThrough(
  cluster: Cluster,
  groupId: string,
  events: GroupEvents,
  clock: SessionClock,
  stopping: AbortSignal,
): Group {
  const findCoordinator = cluster.findGroupCoordinator.bind(cluster);
  const watched = new WeakSet<Broker>();
  let coordinator: Coordinator | null = null;

  cluster.findGroupCoordinator = async (request) => {
    await events.beforeJoin();
    // kafkajs would go on asking for half an hour while the broker is away, and a stop would wait for that.
    coordinator = (await unlessAborted(findCoordinator(request), stopping)) as Coordinator;
    if (!watched.has(coordinator)) watch(coordinator);
    watched.add(coordinator);
    return coordinator;
  };

  function watch(broker: Coordinator): void {
    const join = broker.joinGroup.bind(broker);
    const sync = broker.syncGroup.bind(broker);
    const heartbeat = broker.heartbeat.bind(broker);
    let membership = { id: -1, memberId: '' };
    broker.joinGroup = async (request) => {
      const answer = await join(request);
      membership = { id: answer.generationId, memberId: answer.memberId };
      return answer;
    };
    broker.syncGroup = async (request) => {
      // The coordinator starts the session's clock when this has arrived, so ours runs out first.
      const sentAt = instant(clock);
      const answer = await sync(request);
      events.joined(membership, sentAt);
      return answer;
    };
    broker.heartbeat = async (request) => {
      const generation = events.generation();
      // Over by our own clock, or given up: the only way back is to join anew, and kafkajs does that on this error.
      if (!generation?.alive()) throw rejoin();
      return await noteContact(generation, () => heartbeat(request));
    };
  }

  async function noteContact<Answer>(generation: Generation, call: () => Promise<Answer>): Promise<Answer> {
    const sentAt = instant(clock);
    try {
      const answer = await call();
      generation.contact(sentAt);
      return answer;
    } catch (error) {
      if (isFencing(error)) generation.end('the coordinator has given the partitions to other members');
      if (isRebalance(error)) generation.contact(sentAt);
      throw error;
    }
  }

  async function connected(): Promise<Coordinator> {
    if (!coordinator) throw new Error('the group has not been joined yet');
    if (!coordinator.isConnected()) {
      coordinator = (await cluster.findBroker({ nodeId: coordinator.nodeId })) as Coordinator;
    }
    return coordinator;
  }

  return {
    async heartbeat(generation) {
      const broker = await connected();
      const request = { groupId, memberId: generation.memberId, groupGenerationId: generation.id };
      // The watched method notes the contact; one that was never watched would not.
      if (watched.has(broker)) await broker.heartbeat(request);
      else await noteContact(generation, () => broker.heartbeat(request));
    },
    async commit(generation, topics) {
      const broker = await connected();
      const request = { groupId, groupGenerationId: generation.id, memberId: generation.memberId, topics };
      await noteContact(generation, () => broker.offsetCommit(request));
    },
    async stored(topic, partitions) {
      const broker = await connected();
      const asked = [{ topic, partitions: partitions.map((partition) => ({ partition })) }];
      const { responses } = await broker.offsetFetch({ groupId, topics: asked as unknown as TopicOffsets[] });
      return new Map(
        responses.flatMap((one) =>
          one.partitions.map((found) => [found.partition, storedOf(found)] as const),
        ),
      );
    },
    async bounds(topic, partitions) {
      const asked = { topic, partitions: partitions.map((partition) => ({ partition })) };
      const [earliest] = await cluster.fetchTopicsOffset([{ ...asked, fromBeginning: true }]);
      const [end] = await cluster.fetchTopicsOffset([{ ...asked, fromBeginning: false }]);
      const ends = new Map(end!.partitions.map((one) => [one.partition, Number(one.offset)]));
      return new Map(
        earliest!.partitions.map(({ partition, offset }) => [
          partition,
          { earliest: Number(offset), end: ends.get(partition)! },
        ]),
      );
    },
    async leave(generation) {
      const broker = await connected();
      await broker.leaveGroup({ groupId, memberId: generation.memberId });
    },
  };
}

/** What kafkajs stores, without metadata, when the broker says "offset out of range": our mark is lost then. */
const RESET_BY_KAFKAJS = -2;

function storedOf({ offset, metadata }: { offset: string; metadata?: string | null }): Stored {
  if (Number(offset) === RESET_BY_KAFKAJS) return { offset: null, metadata: 'offset out of range' };
  return { offset: Number(offset) < 0 ? null : Number(offset), metadata: metadata || null };
}

function rejoin(): Error {
  return Object.assign(new Error('The session has run out by our own clock; joining the group anew'), {
    type: 'REBALANCE_IN_PROGRESS',
  });
}
