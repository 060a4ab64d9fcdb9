import type { Contract } from '../../../../schemas/topics.ts';
import type { Subscription } from '../../kafka/types.ts';
import type { FlowContext } from '../context.ts';
import type { Policy } from '../outcome/policy.ts';
import { SimulatedBroker } from './broker.ts';
import type { Membership } from './broker.ts';
import type { Line } from './context.ts';
import { contextOf } from './context.ts';
import { Member } from './member.ts';
import { Random } from './random.ts';
import { settled, VirtualClock } from './virtual-clock.ts';

export interface WorldOptions<Value> {
  seed: number;
  contract: Contract<Value>;
  partitions: number;
  start: (context: FlowContext, member: Member) => Promise<Subscription>;
  policy?: Partial<Policy>;
  /** What is in flight at a process that dies or loses a partition goes on without it. */
  onLost?: (member: Member) => void;
}

const sessionMs = 15_000;

/** Whom the broker takes for the owner, and who may still come to act as one. */
function isOwner(member: Member, { member: name }: Membership, partition: number): boolean {
  if (member.name !== name || !member.alive) return false;
  return !member.clock.isAsleep || member.holds(partition);
}

/** A broker, processes that come and go, and the time they live in; all chance from one seed. */
export class World<Value> {
  readonly clock = new VirtualClock();
  readonly broker = new SimulatedBroker(this.clock);
  readonly random: Random;
  readonly members: Member[] = [];
  readonly lines: Line[] = [];
  readonly #subscriptions = new Map<Member, Subscription>();
  readonly #options: WorldOptions<Value>;

  constructor(options: WorldOptions<Value>) {
    this.#options = options;
    this.random = new Random(options.seed);
  }

  async begin(): Promise<Member> {
    const member = new Member(`process-${this.members.length}`, this.broker, this.random);
    this.members.push(member);
    const { policy, start } = this.#options;
    const context = contextOf({
      bus: member.bus,
      clock: member.clock,
      random: this.random.next,
      lines: this.lines,
      ...(policy ? { policy } : {}),
    });
    this.#subscriptions.set(member, await start(context, member));
    return member;
  }

  /** Gives every partition to a living process, if it has none. */
  assignAll(to?: Member): void {
    for (let partition = 0; partition < this.#options.partitions; partition += 1) {
      const owner = this.broker.owners.get(partition);
      if (owner && this.members.some((member) => isOwner(member, owner, partition))) continue;
      const living = this.living();
      if (living.length === 0) continue;
      void (to ?? this.random.pick(living)).assign(this.#options.contract.topic, partition);
    }
  }

  crash(member: Member): void {
    member.crash();
    this.#options.onLost?.(member);
  }

  /** The session of one process runs out while it is at work: a zombie for as long as it does not know. */
  lose(member: Member): void {
    for (const partition of member.partitions()) member.lose(partition);
    this.#options.onLost?.(member);
  }

  async hand(from: Member, to: Member): Promise<void> {
    for (const partition of from.partitions()) {
      await from.release(partition);
      if (to.alive && !to.stopping && !this.broker.owners.has(partition))
        void to.assign(this.#options.contract.topic, partition);
    }
  }

  async stop(member: Member): Promise<void> {
    member.stopping = true;
    await this.#subscriptions.get(member)!.stop();
    member.crash();
  }

  /** A machine is suspended: others take over when its session has run out, before it wakes or after. */
  async #suspend(member: Member): Promise<void> {
    const sleepMs = this.random.between(1_000, 40_000);
    member.sleep(sleepMs);
    if (sleepMs < sessionMs) return;
    this.#options.onLost?.(member);
    await this.clock.pass(sessionMs);
    this.assignAll(await this.#successor());
  }

  /** The topic is deleted and made again under its name, often while what was begun on it may still land. */
  async #recreate(): Promise<void> {
    for (const member of this.living()) if (member.partitions().length > 0) this.lose(member);
    await this.clock.pass(this.random.between(0, sessionMs));
    this.broker.recreate(this.#options.contract.topic);
    this.assignAll();
  }

  living(): Member[] {
    return this.members.filter(({ alive, stopping, clock }) => alive && !stopping && !clock.isAsleep);
  }

  /**
   * One thing that happens to the group: a crash (and the offset lost with it), a sleep, a lost session, a topic recreated, a
   * rebalance away and back, a clean stop.
   */
  async upset(): Promise<void> {
    const living = this.living();
    const owner = living.find((member) => member.partitions().length > 0);
    if (!owner) {
      this.assignAll(await this.#successor());
      return;
    }
    const what = this.random.next();
    if (what < 0.3) {
      const partitions = owner.partitions();
      this.crash(owner);
      await this.clock.pass(this.random.between(0, 3_000));
      // As kafkajs does with an offset that it takes for out of range.
      if (this.random.chance(0.2))
        for (const partition of partitions) this.broker.setStored(partition, { offset: null, metadata: '' });
      this.assignAll(await this.#successor());
    } else if (what < 0.4) await this.#suspend(owner);
    else if (what < 0.45) await this.#recreate();
    else if (what < 0.6) {
      this.lose(owner);
      this.assignAll(await this.#successor());
    } else await this.#handOver(owner, living);
    await settled();
  }

  async #handOver(owner: Member, living: Member[]): Promise<void> {
    const others = living.filter((member) => member !== owner);
    const to = this.random.pick([...others, owner, await this.#successor()]);
    // Time must pass meanwhile, so the hand-over is not awaited.
    if (this.random.chance(0.3))
      void this.stop(owner).then(() => this.assignAll(to === owner ? undefined : to));
    else void this.hand(owner, to);
    await this.clock.pass(this.random.between(0, 8_000));
  }

  async #successor(): Promise<Member> {
    const living = this.living();
    return living.length > 1 && this.random.chance(0.4) ? this.random.pick(living) : this.begin();
  }
}
