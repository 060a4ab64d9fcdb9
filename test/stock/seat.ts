import type { Subscription } from '../../services/platform/kafka/types.ts';
import type { FlowContext } from '../../services/platform/flow/context.ts';
import type { SimulatedBroker } from '../../services/platform/flow/testing/broker.ts';
import { contextOf } from '../../services/platform/flow/testing/context.ts';
import { Member } from '../../services/platform/flow/testing/member.ts';
import type { Random } from '../../services/platform/flow/testing/random.ts';

export interface SeatOptions {
  broker: SimulatedBroker;
  random: Random;
  process: string;
  topic: string;
  partition: number;
  start: (context: FlowContext, member: Member) => Promise<Subscription>;
}

/** One partition, and the process that works on it: it dies, or loses it while it works, and another comes. */
export class Seat {
  readonly #options: SeatOptions;
  #member: Member | null = null;
  #count = 0;

  constructor(options: SeatOptions) {
    this.#options = options;
  }

  async fill(): Promise<void> {
    const { broker, random, process, topic, partition, start } = this.#options;
    const member = new Member(`${process}-${(this.#count += 1)}`, broker, random);
    const context = contextOf({
      bus: member.bus,
      clock: member.clock,
      random: random.next,
      group: `cartage.main.${process}`,
      policy: { retryInitialMs: 100, retryMaxMs: 1_000, breakerFailures: 50 },
    });
    this.#member = member;
    await start(context, member);
    await member.assign(topic, partition);
  }

  isFilled(): boolean {
    return this.#member !== null;
  }

  /** Whoever comes next comes a moment later. */
  upset(): void {
    const { broker, random, partition } = this.#options;
    const member = this.#member;
    if (member === null) return;
    this.#member = null;
    const come = () => broker.clock.after(random.between(0, 1_500), () => void this.fill());
    const how = random.next();
    if (how < 0.4) void member.release(partition).then(come);
    else {
      if (how < 0.7) member.crash();
      else member.lose(partition);
      come();
    }
  }
}
