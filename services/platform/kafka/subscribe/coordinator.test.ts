/** A double of kafkajs' cluster, whose brokers answer, refuse or hang. Asserted: who is asked next, and what is thrown. */
import { describe, expect, it, jest } from '@jest/globals';
import type { Cluster } from 'kafkajs';
import { GroupCoordinator, isFencing } from './coordinator.ts';

type Answer = 'ok' | 'hangs' | Error;

const failure = (type: string, retriable = true) => Object.assign(new Error(type), { type, retriable });
const refused = Object.assign(new Error('ECONNREFUSED'), { retriable: true });

/** Three brokers, one of which coordinates. `reachable` says what a connection to a broker comes to. */
class FakeCluster {
  coordinatedBy = '1';
  readonly reachable: Record<string, Answer> = { 1: 'ok', 2: 'ok', 3: 'ok' };
  answers: Record<string, Answer> = { 1: 'ok', 2: 'ok', 3: 'ok' };
  readonly asked: string[] = [];

  known = [1, 2, 3];

  getNodeIds = () => this.known;

  async refreshMetadata() {
    this.known = [1, 2, 3];
  }

  async findBroker({ nodeId }: { nodeId: string }) {
    await answered(this.reachable[nodeId]!);
    return {
      nodeId,
      findGroupCoordinator: async () => ({ coordinator: { nodeId: this.coordinatedBy } }),
      heartbeat: async () => {
        this.asked.push(nodeId);
        await answered(this.answers[nodeId]!);
      },
    };
  }
}

async function answered(answer: Answer): Promise<void> {
  if (answer === 'hangs') await new Promise(() => undefined);
  if (answer instanceof Error) throw answer;
  await Promise.resolve();
}

function grouped() {
  const cluster = new FakeCluster();
  const coordinator = new GroupCoordinator(cluster as unknown as Cluster, 'group');
  const request = { groupId: 'group', memberId: 'me', groupGenerationId: 1 };
  const beat = () => coordinator.ask((broker) => broker.heartbeat(request));
  return { cluster, coordinator, beat };
}

describe('the coordinator of a group', () => {
  it('is looked for once, and again after each kind of failure', async () => {
    const { cluster, beat } = grouped();
    await beat();
    cluster.coordinatedBy = '2';
    await beat();
    for (const error of [failure('NOT_COORDINATOR_FOR_GROUP'), refused, failure('GROUP_LOAD_IN_PROGRESS')]) {
      const last = cluster.asked.at(-1)!;
      cluster.answers[last] = error;
      await expect(beat()).rejects.toBe(error);
      cluster.answers[last] = 'ok';
      cluster.coordinatedBy = last === '2' ? '3' : '2';
      await beat();
    }
    expect(cluster.asked).toEqual(['1', '1', '1', '2', '2', '3', '3', '2']);
  });

  it('is kept while it says itself that the group is joined anew, or the membership is over', async () => {
    const { cluster, beat } = grouped();
    await beat();
    // Whoever looked now would be told another one.
    cluster.coordinatedBy = '2';
    for (const type of ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID']) {
      cluster.answers[1] = failure(type);
      await expect(beat()).rejects.toThrow(type);
    }
    cluster.answers[1] = 'ok';
    await beat();
    expect(cluster.asked).toEqual(['1', '1', '1', '1', '1']);
  });

  it('is not looked for once more because of what failed at an earlier one', async () => {
    const { cluster, coordinator, beat } = grouped();
    let refuse = (_error: Error): void => undefined;
    const late = coordinator.ask(() => new Promise((_resolve, reject) => (refuse = reject)));
    await beat();
    cluster.answers[1] = refused;
    await expect(beat()).rejects.toBe(refused);
    cluster.answers[1] = 'ok';
    await beat();
    refuse(refused);
    await expect(late).rejects.toBe(refused);
    cluster.coordinatedBy = '2';
    await beat();
    expect(cluster.asked).toEqual(['1', '1', '1', '1']);
  });

  it('is found although brokers are away or hang', async () => {
    const { cluster, beat } = grouped();
    cluster.coordinatedBy = '3';
    cluster.reachable[1] = refused;
    cluster.reachable[2] = 'hangs';
    await beat();
    expect(cluster.asked).toEqual(['3']);
  });

  it('that cannot be reached is not waited for longer than a connection takes: it is looked for again', async () => {
    jest.useFakeTimers();
    try {
      const { cluster, beat } = grouped();
      // The other two tell where it is, at once.
      cluster.known = [2, 3];
      cluster.reachable[1] = 'hangs';
      const refusal = expect(beat()).rejects.toThrow(
        'broker 1, which coordinates the group group, cannot be reached',
      );
      await jest.advanceTimersByTimeAsync(3_500);
      await refusal;
      cluster.coordinatedBy = '2';
      await beat();
      expect(cluster.asked).toEqual(['2']);
    } finally {
      jest.useRealTimers();
    }
  });

  it('is found although kafkajs has forgotten all brokers', async () => {
    const { cluster, beat } = grouped();
    cluster.known = [];
    await beat();
    expect(cluster.asked).toEqual(['1']);
  });

  it('does not stop the fetch loop by being away or hanging, only by saying that the membership is over', async () => {
    const { cluster, coordinator, beat } = grouped();
    cluster.answers[1] = refused;
    await coordinator.heartbeat(beat());
    cluster.answers[1] = 'hangs';
    await coordinator.heartbeat(beat());
    for (const type of ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID']) {
      cluster.answers[1] = failure(type);
      await expect(coordinator.heartbeat(beat())).rejects.toThrow(type);
    }
    expect(isFencing(failure('ILLEGAL_GENERATION'))).toBe(true);
  });

  it('leaves no request with one that hangs once another has taken over', async () => {
    const { cluster, coordinator, beat } = grouped();
    cluster.answers[1] = 'hangs';
    const commit = expect(beat()).rejects.toThrow('another coordinator');
    await coordinator.heartbeat(beat());
    cluster.coordinatedBy = '2';
    await beat();
    await commit;
  });

  it('is waited for while it is away, but not without the right to ask', async () => {
    const { cluster, coordinator } = grouped();
    for (const id of cluster.getNodeIds()) cluster.reachable[id] = refused;
    const found = coordinator.found(new AbortController().signal);
    await expect(coordinator.ask(() => Promise.resolve())).rejects.toBe(refused);
    for (const id of cluster.getNodeIds()) cluster.reachable[id] = 'ok';
    await found;

    const forbidden = grouped();
    const denied = failure('GROUP_AUTHORIZATION_FAILED', false);
    for (const id of forbidden.cluster.getNodeIds()) forbidden.cluster.reachable[id] = denied;
    await expect(forbidden.coordinator.found(new AbortController().signal)).rejects.toBe(denied);
  });
});
