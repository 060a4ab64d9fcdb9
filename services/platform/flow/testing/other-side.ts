import { Unavailable } from '../../errors.ts';
import type { Attempt } from '../outcome/outcome.ts';
import type { Member } from './member.ts';
import type { Random } from './random.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** One request to the other side, in the journal from the moment it began. */
export interface Call {
  key: string;
  number: number;
  offset: number;
  partition: number;
  member: Member;
  begunAt: number;
  /** When it takes effect; Infinity: never. */
  landsAt: number;
  landed: boolean;
  answered: boolean;
}

export interface Trouble {
  /** Shares of the calls that are refused, and of those whose answer never comes. */
  refused: number;
  unanswered: number;
}

/** The other side: it may refuse, be slow, or do the work after the caller has given up, at most `settleMs` later. */
export class OtherSide {
  readonly calls: Call[] = [];
  readonly values = new Map<string, number>();
  trouble: Trouble = { refused: 0, unanswered: 0 };
  /** Called before a call takes its way, to check what must hold then. */
  onBegin: (call: Call) => void = () => undefined;
  onLand: (call: Call) => void = () => undefined;
  /** Keys of which no request is ever answered. */
  stuck: (key: string) => boolean = () => false;
  readonly settleMs: number;
  readonly #clock: VirtualClock;
  readonly #random: Random;

  constructor(clock: VirtualClock, random: Random, settleMs: number) {
    this.#clock = clock;
    this.#random = random;
    this.settleMs = settleMs;
  }

  /** What a process that is gone has sent may arrive at any time until the other side gives up on it. */
  delay(member: Member): void {
    for (const call of this.calls)
      if (call.member === member && !call.landed && call.landsAt !== Infinity && !call.answered)
        call.landsAt = call.begunAt + this.#random.between(0, this.settleMs);
  }

  async write(
    records: { key: string; number: number; offset: number; partition: number }[],
    member: Member,
    attempt: Attempt,
  ): Promise<void> {
    await member.clock.wait(this.#random.between(0, 200));
    attempt.assertCurrent();
    const begunAt = this.#clock.now();
    const refused = this.#random.chance(this.trouble.refused);
    const isStuck = records.some(({ key }) => this.stuck(key));
    const unanswered = isStuck || (!refused && this.#random.chance(this.trouble.unanswered));
    const tookMs = this.#random.between(20, 400);
    let landsAt = begunAt + tookMs;
    if (refused || (unanswered && this.#random.chance(0.4))) landsAt = Infinity;
    else if (unanswered) landsAt = begunAt + this.#random.between(0, this.settleMs);
    const calls = records.map((record) => {
      const call = { ...record, member, begunAt, landsAt, landed: false, answered: false };
      if (this.stuck(record.key)) call.landsAt = Infinity;
      this.onBegin(call);
      this.calls.push(call);
      this.#watch(call);
      return call;
    });
    await member.clock.wait(tookMs + 1);
    if (refused && !isStuck) throw new Unavailable({ code: 'shop.down', what: 'Down', fix: 'Wait' });
    if (!unanswered && calls.every((call) => call.landed)) {
      for (const call of calls) call.answered = true;
      return;
    }
    await member.clock.wait(1_500);
    const fault = { code: 'shop.deadline', what: 'No answer', fix: 'Wait' };
    throw new Unavailable(fault, { outcome: 'unknown', perhapsRecord: true });
  }

  #watch(call: Call): void {
    if (call.landsAt === Infinity) return;
    this.#clock.at(call.landsAt, () => {
      // Its time may have been put off meanwhile.
      if (this.#clock.now() < call.landsAt) this.#watch(call);
      else this.#land(call);
    });
  }

  #land(call: Call): void {
    call.landed = true;
    this.values.set(call.key, call.number);
    this.onLand(call);
  }
}
