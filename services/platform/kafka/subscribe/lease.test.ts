/**
 * Owners come and go over a coordinator that loses requests and answers; each reads, claims, begins and ends effects
 * in an order that the seed decides, and dies or leaves at any moment. Real: lease, committer, claims. Doubles: the
 * coordinator and the clock. What every owner is told must cover what its predecessors have begun.
 */
import { describe, expect, it } from '@jest/globals';
import { Committer } from './committer.ts';
import { OwnedPartition } from './lease.ts';
import { doneAboveIn, takeOver } from './claim.ts';
import type { Stored, Takeover } from './claim.ts';
import { Generation } from './session.ts';
import { LeaseLost } from '../../fence.ts';

const topicEnd = 60;
const clock = { monotonicMs: () => 0, wallMs: () => 0 };

class Coordinator {
  generation = 0;
  stored: Stored = { offset: null, metadata: null };
  commits = 0;
  random: () => number;

  constructor(random: () => number) {
    this.random = random;
  }

  async commit(
    generation: Generation,
    topics: { partitions: { offset: string; metadata?: string | null }[] }[],
  ) {
    await turns(this.random() * 3);
    const fate = this.random();
    if (fate < 0.1) throw new Error('the request was lost');
    if (generation.id !== this.generation)
      throw Object.assign(new Error('old'), { type: 'ILLEGAL_GENERATION' });
    const entry = topics[0]!.partitions[0]!;
    const offset = Number(entry.offset);
    expect(offset).toBeGreaterThanOrEqual(this.stored.offset ?? 0);
    this.stored = { offset, metadata: entry.metadata ?? null };
    this.commits++;
    await turns(this.random() * 3);
    if (fate < 0.2) throw new Error('the answer was lost');
  }
}

interface Owner {
  generation: Generation;
  owned: OwnedPartition;
  takeover: Takeover;
  store(): Promise<void>;
}

function own(coordinator: Coordinator): Owner {
  const id = ++coordinator.generation;
  const joinedAt = { monotonicMs: 0, wallMs: 0 };
  const generation = new Generation({ id, memberId: `m${id}`, joinedAt, sessionTimeoutMs: 10_000, clock });
  const takeover = takeOver(coordinator.stored, { earliest: 0, end: topicEnd, topicId: null });
  const committer = new Committer({
    generation,
    partitions: () => [owned],
    commit: (topics) => coordinator.commit(generation, topics),
    retryMinMs: 0,
  });
  const store = () => committer.store();
  const owned = new OwnedPartition({ topic: 't', partition: 0, takeover, by: `m${id}`, generation, store });
  return { generation, owned, takeover, store };
}

/** Effects that were begun and of which nobody can say whether they took place; and those that did. */
interface World {
  open: Set<number>;
  done: Set<number>;
}

async function live(owner: Owner, world: World, random: () => number): Promise<void> {
  const lease = owner.owned;
  const working = new Set<number>();
  let next = lease.start;
  const finish = () => {
    let lowest = lease.start;
    while (lowest < next && !working.has(lowest)) lowest++;
    lease.finish(lowest);
  };
  const steps = Math.floor(random() * 25);
  for (let step = 0; step < steps && next < topicEnd; step++) {
    const ahead = Math.min(next + Math.floor(random() * 4), topicEnd - 1);
    await lease.claim(ahead);
    for (; next <= ahead; next++) {
      working.add(next);
      world.open.add(next);
      world.done.delete(next);
    }
    for (const offset of working) {
      if (random() < 0.5) continue;
      working.delete(offset);
      world.open.delete(offset);
      world.done.add(offset);
    }
    finish();
    if (random() < 0.3) await owner.store();
  }
  if (random() < 0.5) return;
  // Leaves cleanly: what is in flight ends; what predecessors left open and was not read yet stays open.
  for (const offset of working) {
    world.open.delete(offset);
    world.done.add(offset);
  }
  finish();
  owner.owned.closed(world.open.size === 0);
  await owner.store();
  expect(lease.isCurrent()).toBe(false);
}

describe('leases over many lives', () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));

  it.each(Array.from({ length: 60 }, (_, round) => seed + round))(
    'tell the next owner all that was begun (seed %i)',
    async (one) => {
      const random = mulberry32(one);
      const coordinator = new Coordinator(random);
      const world: World = { open: new Set(), done: new Set() };
      for (let life = 0; life < 8; life++) {
        const owner = own(coordinator);
        const { start, claimed, clean } = owner.takeover;
        for (const offset of world.open) {
          expect(offset).toBeGreaterThanOrEqual(start);
          expect(offset).toBeLessThan(claimed);
          expect(clean).toBe(false);
        }
        for (let offset = 0; offset < start; offset++) expect(world.done.has(offset)).toBe(true);
        await owner.store();
        await live(owner, world, random);
      }
      expect(coordinator.commits).toBeGreaterThan(8);
    },
  );
});

describe('an owner', () => {
  it('tells what is finished above its offset, once, and that nothing is any more', async () => {
    const coordinator = new Coordinator(() => 0.9);
    const owner = own(coordinator);
    const told = async (offset: number, doneAbove?: number) => {
      owner.owned.finish(offset, doneAbove);
      await owner.store();
      return [doneAboveIn(coordinator.stored.metadata), coordinator.commits];
    };
    expect(await told(0, 5)).toEqual([5, 1]);
    expect(await told(0, 5)).toEqual([5, 1]);
    expect(await told(0, 6)).toEqual([6, 2]);
    expect(await told(7)).toEqual([0, 3]);
  });

  it('may not begin anything once the coordinator has refused its generation', async () => {
    const coordinator = new Coordinator(() => 0.9);
    const first = own(coordinator);
    await first.owned.claim(3);
    const second = own(coordinator);
    await second.store();
    await expect(first.owned.claim(10)).rejects.toBeInstanceOf(LeaseLost);
    expect(first.owned.isCurrent()).toBe(false);
    first.owned.finish(9);
    await expect(first.store()).rejects.toThrow();
    expect(coordinator.stored.offset).toBe(0);
  });

  it('shares one commit among all who ask while another is in flight', async () => {
    const coordinator = new Coordinator(() => 0.9);
    const owner = own(coordinator);
    await owner.store();
    const before = coordinator.commits;
    await Promise.all(Array.from({ length: 20 }, (_, offset) => owner.owned.claim(offset)));
    expect(coordinator.commits - before).toBeLessThanOrEqual(2);
  });

  it('stores nothing when nothing has changed', async () => {
    const coordinator = new Coordinator(() => 0.9);
    const owner = own(coordinator);
    await owner.owned.claim(5);
    const before = coordinator.commits;
    await owner.store();
    owner.owned.finish(0);
    await owner.owned.claim(2);
    await owner.store();
    expect(coordinator.commits).toBe(before);
  });

  it('begins nothing under a claim that says clean, though it is high enough', async () => {
    const coordinator = new Coordinator(() => 0.9);
    const first = own(coordinator);
    await first.owned.claim(9);
    first.owned.closed(true);
    await first.store();
    const second = own(coordinator);
    expect(second.takeover).toMatchObject({ start: 0, claimed: 10, clean: true });
    await second.store();
    await second.owned.claim(4);
    // Killed now: the next owner must know.
    expect(takeOver(coordinator.stored, { earliest: 0, end: topicEnd, topicId: null })).toMatchObject({
      claimed: 10,
      clean: false,
    });
  });
});

async function turns(count: number): Promise<void> {
  for (let index = 1; index < count; index++) await new Promise((resolve) => setImmediate(resolve));
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
