/**
 * What kafkajs does not offer a member of a consumer group, added to the cluster object that it hands to an assigner:
 *
 * - a moment to finish *before* the group is joined anew (kafkajs joins at once, while work is still in flight),
 * - the generation of the membership, so that a commit carries the generation of the lease it was made under and not
 *   the newest one (kjs#1046: commits for partitions long given away succeed),
 * - the answers to heart-beats, which are what a lease stands on, and heart-beats of our own by timer (kjs#1396),
 * - committed offsets with their metadata, read anew (kafkajs keeps those of earlier generations in a cache).
 *
 * It replaces `findGroupCoordinator` of this one consumer's cluster, which kafkajs 2.2.4, pinned and no longer developed,
 * calls in consumer/consumerGroup.js, and gives it a coordinator of our own making (`coordinator.ts`); a test fails
 * when it no longer does.
 */
import type { Cluster, TopicOffsets } from 'kafkajs';
import type { Bounds, Stored } from './claim.ts';
import { GroupCoordinator, isFencing, isRebalance, throughCoordinator } from './coordinator.ts';
import type { CoordinatingBroker } from './coordinator.ts';
import { instant } from './session.ts';
import { topicIdOf } from './topic-identity.ts';
import type { Generation, Instant, SessionClock } from './session.ts';

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
  /** See topic-identity.ts. */
  topicId(topic: string, partition: number): Promise<string | null>;
  leave(generation: Generation): Promise<void>;
}

export class KafkajsGroup implements Group {
  readonly #cluster: Cluster;
  readonly #groupId: string;
  readonly #events: GroupEvents;
  readonly #clock: SessionClock;
  readonly #coordinator: GroupCoordinator;

  /** Takes the place of the cluster's own coordinator, so before kafkajs joins the group through it. */
  constructor(
    cluster: Cluster,
    groupId: string,
    events: GroupEvents,
    clock: SessionClock,
    stopping: AbortSignal,
  ) {
    this.#cluster = cluster;
    this.#groupId = groupId;
    this.#events = events;
    this.#clock = clock;
    this.#coordinator = new GroupCoordinator(cluster, groupId);
    cluster.findGroupCoordinator = async () => {
      await events.beforeJoin();
      await this.#coordinator.found(stopping);
      return this.#asMember(throughCoordinator(this.#coordinator));
    };
  }

  async heartbeat(generation: Generation): Promise<void> {
    await this.#coordinator.heartbeat(this.#beat(generation));
  }

  async commit(generation: Generation, topics: TopicOffsets[]): Promise<void> {
    const { id: groupGenerationId, memberId } = generation;
    const request = { groupId: this.#groupId, groupGenerationId, memberId, topics };
    await this.#noteContact(generation, () =>
      this.#coordinator.ask((broker) => broker.offsetCommit(request)),
    );
  }

  async stored(topic: string, partitions: number[]): Promise<Map<number, Stored>> {
    const asked = [{ topic, partitions: partitions.map((partition) => ({ partition })) }];
    const request = { groupId: this.#groupId, topics: asked as unknown as TopicOffsets[] };
    const { responses } = await this.#coordinator.ask((broker) => broker.offsetFetch(request));
    return new Map(
      responses.flatMap((one) => one.partitions.map((found) => [found.partition, storedOf(found)] as const)),
    );
  }

  async bounds(topic: string, partitions: number[]): Promise<Map<number, Bounds>> {
    const cluster = this.#cluster;
    const asked = { topic, partitions: partitions.map((partition) => ({ partition })) };
    try {
      const [earliest] = await cluster.fetchTopicsOffset([{ ...asked, fromBeginning: true }]);
      const [end] = await cluster.fetchTopicsOffset([{ ...asked, fromBeginning: false }]);
      const topicId = await topicIdOf(cluster, topic, partitions[0]!);
      const ends = new Map(end!.partitions.map((one) => [one.partition, Number(one.offset)]));
      return new Map(
        earliest!.partitions.map(({ partition, offset }) => [
          partition,
          { earliest: Number(offset), end: ends.get(partition)!, topicId },
        ]),
      );
    } catch (error) {
      // Perhaps a leader has moved. kafkajs would ask the old one until its metadata are 30 s old.
      await cluster.refreshMetadata();
      throw error;
    }
  }

  topicId(topic: string, partition: number): Promise<string | null> {
    return topicIdOf(this.#cluster, topic, partition);
  }

  async leave({ memberId }: Generation): Promise<void> {
    await this.#coordinator.ask((broker) => broker.leaveGroup({ groupId: this.#groupId, memberId }));
  }

  #asMember(broker: CoordinatingBroker): CoordinatingBroker {
    let membership = { id: -1, memberId: '' };
    return {
      ...broker,
      joinGroup: async (request) => {
        const answer = await broker.joinGroup(request);
        membership = { id: answer.generationId, memberId: answer.memberId };
        return answer;
      },
      syncGroup: async (request) => {
        // The coordinator starts the session's clock when this has arrived, so ours runs out first.
        const sentAt = instant(this.#clock);
        const answer = await broker.syncGroup(request);
        this.#events.joined(membership, sentAt);
        return answer;
      },
      heartbeat: async () => {
        const generation = this.#events.generation();
        // Over by our own clock, or given up: the only way back is to join anew, and kafkajs does that on this error.
        if (!generation?.alive()) throw rejoin();
        await this.#coordinator.heartbeat(this.#beat(generation));
      },
    };
  }

  #beat(generation: Generation): Promise<unknown> {
    const request = {
      groupId: this.#groupId,
      memberId: generation.memberId,
      groupGenerationId: generation.id,
    };
    return this.#noteContact(generation, () => this.#coordinator.ask((broker) => broker.heartbeat(request)));
  }

  async #noteContact<Answer>(generation: Generation, call: () => Promise<Answer>): Promise<Answer> {
    const sentAt = instant(this.#clock);
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
}

/** What kafkajs stores, without metadata, when the broker says "offset out of range": our claim is lost then. */
const resetByKafkajs = -2;

function storedOf({ offset, metadata }: { offset: string; metadata?: string | null }): Stored {
  if (Number(offset) === resetByKafkajs) return { offset: null, metadata: 'offset out of range' };
  return { offset: Number(offset) < 0 ? null : Number(offset), metadata: metadata || null };
}

function rejoin(): Error {
  return Object.assign(new Error('The session has run out by our own clock; joining the group anew'), {
    type: 'REBALANCE_IN_PROGRESS',
  });
}
