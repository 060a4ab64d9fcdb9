/**
 * Real: the assignments of one generation, their leases and commits. Doubles: the group, the consumer, the readers, the
 * clock. Asserted: what happens in which order, and what the group has stored of it.
 */
import { describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import type { TopicOffsets } from 'kafkajs';
import type { Lease, PartitionReader } from '../types.ts';
import { Assignments } from './assignments.ts';
import type { Earlier } from './lease.ts';
import type { Bounds, Claim, Stored } from './claim.ts';
import type { Group } from './group.ts';
import { Generation } from './session.ts';

const clock = { monotonicMs: () => 0, wallMs: () => 0 };

class Coordinator implements Group {
  readonly steps: string[];
  readonly offsets = new Map<number, Stored>();
  readonly ends = new Map<number, Bounds>();
  failures: Error[] = [];
  id: string | null = 'id';

  constructor(steps: string[]) {
    this.steps = steps;
  }

  heartbeat = async () => undefined;
  leave = async () => undefined;
  topicId = async () => this.id;

  async commit(_generation: Generation, topics: TopicOffsets[]) {
    await turn();
    const failure = this.failures.shift();
    if (failure) throw failure;
    for (const { partitions } of topics)
      for (const { partition, offset, metadata } of partitions as {
        partition: number;
        offset: string;
        metadata: string;
      }[]) {
        this.offsets.set(partition, { offset: Number(offset), metadata });
        const { claimed, clean } = JSON.parse(metadata) as Claim;
        this.steps.push(`commit ${partition}: ${offset} claimed ${claimed}${clean ? ' clean' : ''}`);
      }
  }

  async stored(_topic: string, partitions: number[]) {
    await turn();
    const failure = this.failures.shift();
    if (failure) throw failure;
    return new Map(partitions.map((one) => [one, this.offsets.get(one) ?? { offset: null, metadata: null }]));
  }

  async bounds(_topic: string, partitions: number[]) {
    await turn();
    const all = { earliest: 0, end: 10, topicId: this.id };
    return new Map(partitions.map((one) => [one, this.ends.get(one) ?? all]));
  }
}

interface World {
  by?: string;
  earlier?: Map<string, Earlier>;
  offsets?: Record<number, Stored>;
  /** What the reader of a partition does in `open` and `close`. */
  open?: (lease: Lease) => void;
  close?: (lost: boolean) => Promise<boolean>;
}

function assignmentsOf(world: World = {}) {
  const steps: string[] = [];
  const lines: string[] = [];
  const failed: string[] = [];
  const group = new Coordinator(steps);
  for (const [partition, stored] of Object.entries(world.offsets ?? {}))
    group.offsets.set(Number(partition), stored);
  const joinedAt = { monotonicMs: 0, wallMs: 0 };
  const generation = new Generation({ id: 1, memberId: 'm', joinedAt, sessionTimeoutMs: 10_000, clock });
  const line = (level: string) => (_fields: object, text: string) => lines.push(`${level} ${text}`);
  const earlier = world.earlier ?? new Map<string, Earlier>();
  const assignments = new Assignments({
    generation,
    group,
    by: world.by ?? 'me',
    earlier,
    decoders: new Map([['t', {} as never]]),
    open: (lease) => {
      world.open?.(lease);
      steps.push(`open ${lease.partition} at ${lease.start}`);
      const reader: PartitionReader = {
        receive: () => undefined,
        full: () => false,
        close: async (lost) => {
          steps.push(`close ${lease.partition}${lost ? ' lost' : ''}`);
          await turn();
          return world.close ? world.close(lost) : true;
        },
      };
      return reader;
    },
    pause: () => undefined,
    resume: (_topic, partition) => steps.push(`resume ${partition}`),
    seek: (_topic, partition, offset) => steps.push(`seek ${partition} to ${offset}`),
    onFailed: (why) => failed.push(why),
    log: { info: line('info'), warn: line('warn'), error: line('error') },
  });
  return { assignments, group, generation, steps, lines, failed, earlier };
}

const claimOf = (changes: Partial<Claim> = {}) =>
  JSON.stringify({ claimed: 5, clean: false, by: 'me', topicId: 'id', ...changes });

describe('the partitions of a generation', () => {
  it('are opened when the group has stored that they are ours, and read from where it stood', async () => {
    const { assignments, steps, failed, lines } = assignmentsOf({
      offsets: { 1: { offset: 4, metadata: null } },
    });
    const opened = assignments.open({ t: [0, 1], other: [] });
    expect(assignments.ready()).toBe(false);
    await opened;
    expect(assignments.ready()).toBe(true);
    const at = (step: string) => steps.indexOf(step);
    for (const [partition, start] of [
      [0, 0],
      [1, 4],
    ]) {
      const order = [`commit ${partition}: ${start} claimed ${start} clean`, `open ${partition} at ${start}`, `seek ${partition} to ${start}`, `resume ${partition}`]; // prettier-ignore
      expect(order.map(at)).toEqual(order.map(at).toSorted((left, right) => left - right));
      expect(at(order[0]!)).not.toBe(-1);
    }
    expect([failed, lines]).toEqual([[], []]);
    expect(new Set(assignments.leases().map(({ partition }) => partition))).toEqual(new Set([0, 1]));
    expect([assignments.fetcher('t', 1)?.position, assignments.fetcher('t', 7)]).toEqual([4, null]);
  });

  it('of which records were lost say so', async () => {
    const { assignments, lines } = assignmentsOf({ offsets: { 0: { offset: 99, metadata: null } } });
    await assignments.open({ t: [0] });
    expect(lines).toEqual([expect.stringMatching(/^error A gap on t\[0\]: the group stands at 99/)]);
  });

  it('are asked for until the coordinator answers, as long as the generation lasts', async () => {
    const { assignments, group, lines, generation } = assignmentsOf();
    group.failures = [new Error('loading')];
    await assignments.open({ t: [0] });
    expect([assignments.ready(), lines]).toEqual([true, ['warn Cannot read the committed offsets yet']]);
    const other = assignmentsOf();
    other.group.failures = [new Error('loading')];
    const opening = other.assignments.open({ t: [0] });
    other.generation.end('over');
    await expect(opening).rejects.toThrow();
    expect([other.assignments.ready(), other.steps, generation.alive()]).toEqual([false, [], true]);
  });

  it('are not begun where the generation ends meanwhile', async () => {
    const { assignments, group, generation, steps } = assignmentsOf();
    const commit = group.commit.bind(group);
    group.commit = async (...asked) => {
      await commit(...asked);
      generation.end('over');
    };
    await expect(assignments.open({ t: [0] })).rejects.toThrow('over');
    expect(steps).toEqual(['commit 0: 0 claimed 0 clean']);
  });

  it('whose reader cannot be opened are told of, and the others go on', async () => {
    const { assignments, failed, steps } = assignmentsOf({
      open: ({ partition }) => {
        if (partition === 0) throw new TypeError('a bug');
      },
    });
    await assignments.open({ t: [0, 1] });
    expect(failed).toEqual(['the reader of t[0] could not be opened: TypeError: a bug']);
    expect(steps).toContain('resume 1');
    expect([assignments.fetcher('t', 0), assignments.leases().length]).toEqual([null, 1]);
  });
});

describe('closing', () => {
  it('gracefully lets readers finish, stores what is finished and that it is clean, and ends the generation', async () => {
    const { assignments, steps, generation } = assignmentsOf();
    await assignments.open({ t: [0] });
    const [lease] = assignments.leases();
    await lease!.claim(6);
    lease!.finish(3);
    steps.length = 0;
    await assignments.closeGracefully(1_000, 'the group is rebalancing');
    expect(steps).toEqual(['close 0', 'commit 0: 3 claimed 7 clean']);
    expect([generation.alive(), assignments.ready(), assignments.leases()]).toEqual([false, false, []]);
    expect((generation.over.reason as Error).message).toBe('the group is rebalancing');
    // Once.
    await assignments.closeGracefully(1_000, 'again');
    expect(steps).toHaveLength(2);
  });

  it('gracefully waits no longer than it may, says so, and stores the claim as it is', async () => {
    const { assignments, steps, lines, generation } = assignmentsOf({
      close: () => new Promise(() => undefined),
    });
    await assignments.open({ t: [0] });
    const [lease] = assignments.leases();
    await lease!.claim(6);
    lease!.finish(3);
    steps.length = 0;
    await assignments.closeGracefully(5, 'the process stops');
    expect(lines).toEqual([
      expect.stringMatching(/^warn Work is still in flight after 5 ms; .*\(the process stops\)$/),
    ]);
    expect([steps, generation.alive()]).toEqual([['close 0', 'commit 0: 3 claimed 7'], false]);
  });

  it('lost tells the readers at once, and stores nothing', async () => {
    const { assignments, steps, generation } = assignmentsOf();
    await assignments.open({ t: [0, 1] });
    assignments.leases()[0]!.finish(3);
    steps.length = 0;
    generation.end('lost');
    expect(steps).toEqual(['close 0 lost', 'close 1 lost']);
    assignments.store();
    for (let turns = 0; turns < 4; turns += 1) await turn();
    expect(steps).toHaveLength(2);
  });

  it('of a reader that throws is told of, and is not clean', async () => {
    const { assignments, steps, lines } = assignmentsOf({
      close: () => Promise.reject(new TypeError('a bug')),
    });
    await assignments.open({ t: [0] });
    await assignments.leases()[0]!.claim(6);
    steps.length = 0;
    await assignments.closeGracefully(1_000, 'stop');
    expect(steps).toEqual(['close 0']);
    expect(lines).toEqual(['error close() of a reader threw: TypeError: a bug']);
  });
});

describe('a reader of this process that came before', () => {
  it.each([
    ['me', true, true],
    ['me', false, false],
    ['somebody else', true, false],
  ])(
    'under the name of %s, which left clean (%s), is waited for and believed: %s',
    async (by, left, clean) => {
      const before = assignmentsOf({ close: () => Promise.resolve(left) });
      await before.assignments.open({ t: [0] });
      await before.assignments.leases()[0]!.claim(4);
      before.generation.end('lost');
      const stored = { offset: 0, metadata: claimOf({ by }) };
      const leases: Lease[] = [];
      const next = assignmentsOf({
        earlier: before.earlier,
        offsets: { 0: stored },
        open: (lease) => leases.push(lease),
      });
      await next.assignments.open({ t: [0] });
      expect(leases[0]).toMatchObject({ claimed: 5, clean });
      // It had closed by then.
      expect(before.assignments.leases()).toEqual([]);
    },
  );

  it('and does not close holds its partition, until the generation is over', async () => {
    const before = assignmentsOf({ close: () => new Promise(() => undefined) });
    await before.assignments.open({ t: [0] });
    before.generation.end('lost');
    const next = assignmentsOf({ earlier: before.earlier });
    const opening = next.assignments.open({ t: [0] });
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(next.steps).toEqual([]);
    next.generation.end('over');
    await expect(opening).rejects.toThrow('over');
  });
});

it('lag is what each partition held now has finished, and where it ends', async () => {
  const { assignments, group, generation } = assignmentsOf();
  group.ends.set(1, { earliest: 0, end: 25, topicId: null });
  await assignments.open({ t: [0, 1] });
  assignments
    .leases()
    .find(({ partition }) => partition === 1)!
    .finish(7);
  expect((await assignments.lag()).toSorted((left, right) => left.partition - right.partition)).toEqual([
    { topic: 't', partition: 0, committed: 0, end: 10 },
    { topic: 't', partition: 1, committed: 7, end: 25 },
  ]);
  generation.end('lost');
  expect(await assignments.lag()).toEqual([]);
});

it('what is finished is stored when it is asked for', async () => {
  const { assignments, steps } = assignmentsOf();
  await assignments.open({ t: [0] });
  assignments.leases()[0]!.finish(3);
  steps.length = 0;
  assignments.store();
  for (let turns = 0; turns < 4; turns += 1) await turn();
  expect(steps).toEqual(['commit 0: 3 claimed 3 clean']);
});

it.each([
  ['id', true],
  [null, true],
  ['another', false],
])('a topic that has the id %s by now leaves the generation alive: %s', async (id, alive) => {
  const { assignments, group, generation, lines } = assignmentsOf();
  await assignments.open({ t: [0, 1] });
  group.id = id;
  await assignments.checkTopics();
  expect(generation.alive()).toBe(alive);
  expect(lines).toEqual(alive ? [] : ['error A gap: t was recreated under its reader']);
});
