/**
 * The broker that coordinates a group, looked for again whenever a request to it fails.
 *
 * kafkajs 2.2.4 looks for the coordinator only as it joins, and keeps it from then on: when that broker is restarted
 * or the group moves to another one, it goes on sending heart-beats to the old one with ever longer pauses, up to half
 * an hour, and reads from no broker meanwhile. So kafkajs is handed this object in the coordinator's place.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Broker, Cluster, TopicOffsets } from 'kafkajs';
import { settlesWithin, unlessAborted } from '../../waiting.ts';

export interface GroupRequest {
  groupId: string;
  memberId: string;
  groupGenerationId: number;
}

/** The part of kafkajs' broker that its types leave out. */
export interface CoordinatingBroker extends Broker {
  nodeId: string;
  findGroupCoordinator(request: {
    groupId: string;
    coordinatorType: number;
  }): Promise<{ coordinator: { nodeId: string } }>;
  joinGroup(request: object): Promise<{ generationId: number; memberId: string }>;
  syncGroup(request: object): Promise<unknown>;
  heartbeat(request: GroupRequest): Promise<unknown>;
  leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
}

const groupCoordinator = 0;
/** A broker that hangs is not waited for while others may know better. */
const unansweredMs = 1_500;
const lookAgainMs = 200;
/** A little more than the client's own limit for a connection. */
const reachWithinMs = 3_500;

/** Errors by which the coordinator says that the generation is over. */
const fencing = new Set(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID']);

export function isFencing(error: unknown): boolean {
  return fencing.has(errorType(error));
}

export function isRebalance(error: unknown): boolean {
  return errorType(error) === 'REBALANCE_IN_PROGRESS';
}

function errorType(error: unknown): string {
  return (error as { type?: string } | null)?.type ?? '';
}

export class GroupCoordinator {
  readonly #cluster: Cluster;
  readonly #groupId: string;
  #finding: Promise<CoordinatingBroker> | null = null;
  #nodeId: string | null = null;
  /** Aborted when another broker turns out to be the coordinator: no answer of the old one is waited for. */
  #moved = new AbortController();

  constructor(cluster: Cluster, groupId: string) {
    this.#cluster = cluster;
    this.#groupId = groupId;
  }

  /** To whoever is the coordinator as far as is known. After a failure the next request looks for it again. */
  async ask<Answer>(request: (broker: CoordinatingBroker) => Promise<Answer>): Promise<Answer> {
    const finding = (this.#finding ??= this.#find());
    try {
      const broker = await finding;
      return await unlessAborted(request(broker), this.#moved.signal);
    } catch (error) {
      if (!isFencing(error) && !isRebalance(error) && this.#finding === finding) this.#finding = null;
      throw error;
    }
  }

  /** Resolves when it is found and connected. @throws what will not change by looking again, such as a missing right. */
  async found(stopping: AbortSignal): Promise<void> {
    for (;;) {
      stopping.throwIfAborted();
      try {
        const asked = this.ask(() => Promise.resolve());
        await unlessAborted(asked, stopping);
        return;
      } catch (error) {
        if ((error as { retriable?: boolean }).retriable === false) throw error;
      }
      await delay(lookAgainMs, undefined, { signal: stopping });
    }
  }

  /**
   * For kafkajs' fetch loop, which ends with any error of a heart-beat and waits for each: a coordinator that is away
   * or hangs is no reason to stop reading, because the session lasts, and the next heart-beat goes to the next one.
   * @throws when the coordinator says that the group must be joined anew.
   */
  async heartbeat(answer: Promise<unknown>): Promise<void> {
    if (!(await settlesWithin(answer, unansweredMs))) return void (this.#finding = null);
    await answer.catch((error: unknown) => {
      if (isFencing(error) || isRebalance(error)) throw error;
    });
  }

  async #find(): Promise<CoordinatingBroker> {
    const { nodeId } = await this.#whereItIs();
    const reached = this.#cluster.findBroker({ nodeId });
    if (!(await settlesWithin(reached, reachWithinMs)))
      throw new Error(`broker ${nodeId}, which coordinates the group ${this.#groupId}, cannot be reached`);
    const broker = (await reached) as CoordinatingBroker;
    if (this.#nodeId !== null && this.#nodeId !== nodeId) {
      this.#moved.abort(new Error('the group has another coordinator now'));
      this.#moved = new AbortController();
    }
    this.#nodeId = nodeId;
    return broker;
  }

  /** By the first broker that answers; kafkajs' own search ends at one that cannot be reached. */
  async #whereItIs(): Promise<{ nodeId: string }> {
    const request = { groupId: this.#groupId, coordinatorType: groupCoordinator };
    let failure: unknown = new Error('no broker is known');
    // kafkajs forgets a broker that has closed its connection, the only one too.
    if (this.#cluster.getNodeIds().length === 0) await this.#cluster.refreshMetadata();
    for (const nodeId of shuffled(this.#cluster.getNodeIds())) {
      const answer = this.#cluster
        .findBroker({ nodeId: String(nodeId) })
        .then((broker) => (broker as CoordinatingBroker).findGroupCoordinator(request));
      try {
        if (await settlesWithin(answer, unansweredMs)) return (await answer).coordinator;
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }
}

/** For a consumer of which nothing else is wanted than that it finds its coordinator. */
export function followCoordinator(cluster: Cluster, groupId: string, stopping: AbortSignal): void {
  const coordinator = new GroupCoordinator(cluster, groupId);
  cluster.findGroupCoordinator = async () => {
    await coordinator.found(stopping);
    return throughCoordinator(coordinator);
  };
}

/** What kafkajs calls on a coordinator (consumer/consumerGroup.js, consumer/offsetManager), each through `ask`. */
export function throughCoordinator(coordinator: GroupCoordinator): CoordinatingBroker {
  const methods = {
    isConnected: () => true,
    joinGroup: (request: object) => coordinator.ask((broker) => broker.joinGroup(request)),
    syncGroup: (request: object) => coordinator.ask((broker) => broker.syncGroup(request)),
    heartbeat: (request: GroupRequest) =>
      coordinator.heartbeat(coordinator.ask((broker) => broker.heartbeat(request))),
    leaveGroup: (request: { groupId: string; memberId: string }) =>
      coordinator.ask((broker) => broker.leaveGroup(request)),
    offsetFetch: (request: { groupId: string; topics: TopicOffsets[] }) =>
      coordinator.ask((broker) => broker.offsetFetch(request)),
    offsetCommit: (request: Parameters<Broker['offsetCommit']>[0]) =>
      coordinator.ask((broker) => broker.offsetCommit(request)),
  };
  return methods as unknown as CoordinatingBroker;
}

function shuffled<One>(all: One[]): One[] {
  return all
    .map((one) => ({ one, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one);
}
