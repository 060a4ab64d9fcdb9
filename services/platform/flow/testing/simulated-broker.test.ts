import { stock } from '../../../../schemas/topics.ts';
import { SimulatedBroker } from './broker.ts';
import { brokerSuite } from './broker-suite.ts';
import type { BrokerDriver } from './broker-suite.ts';
import { Member } from './member.ts';
import { Random } from './random.ts';
import { settled, VirtualClock } from './virtual-clock.ts';

const stepMs = 50;
const stepsMax = 2_000;

/** The group's coordinator: gives the partitions evenly to whoever takes part. */
class Group {
  readonly members: Member[] = [];
  readonly #topic: string;
  readonly #partitions: number;

  constructor(topic: string, partitions: number) {
    this.#topic = topic;
    this.#partitions = partitions;
  }

  rebalance(): void {
    const living = this.members.filter(({ alive, stopping }) => alive && !stopping);
    for (let partition = 0; partition < this.#partitions; partition += 1) {
      const to = living[partition % living.length];
      const from = this.members.find((member) => member.holds(partition));
      if (to && to !== from)
        void (from?.release(partition) ?? Promise.resolve()).then(() => to.assign(this.#topic, partition));
    }
  }

  /** A member of the group takes part from its subscription on until that is stopped. */
  join(member: Member): void {
    const subscribe = member.bus.subscribe.bind(member.bus);
    member.bus.subscribe = async (options) => {
      const subscription = await subscribe(options);
      member.stopping = false;
      if (!this.members.includes(member)) this.members.push(member);
      this.rebalance();
      const stop = async () => {
        member.stopping = true;
        await subscription.stop();
        this.rebalance();
      };
      return { ...subscription, stop };
    };
  }
}

async function open(partitions: number): Promise<BrokerDriver> {
  const clock = new VirtualClock();
  const broker = new SimulatedBroker(clock);
  const random = new Random(7);
  const topic = { ...stock, topic: 'test.stock', partitions };
  const group = new Group(topic.topic, partitions);
  broker.partitionOf = (_contract, key) => Buffer.from(key).reduce((sum, byte) => sum + byte, 0) % partitions;
  return {
    topic,
    group: 'test',
    start: async () => {
      const member = new Member(`process-${group.members.length}`, broker, random);
      group.join(member);
      return {
        bus: member.bus,
        cutOff: () => {
          member.stopping = true;
          for (const partition of member.partitions()) member.lose(partition);
        },
      };
    },
    putUndecodable: async () => void broker.appendUndecodable(topic.topic),
    setStored: async (offset, metadata) => broker.setStored(0, { offset, metadata }),
    loseOffset: async () => broker.setStored(0, { offset: null, metadata: '' }),
    recreateTopic: async () => broker.recreate(topic.topic),
    keepsOffsets: true,
    during: async (work) => {
      let isOver = false;
      const over = () => (isOver = true);
      work.then(over, over);
      for (let step = 0; step < stepsMax; step += 1) {
        await settled();
        if (isOver) break;
        await clock.pass(stepMs);
      }
      return work;
    },
    until: async (what, holds) => {
      for (let step = 0; !holds(); step += 1) {
        if (step > stepsMax) throw new Error(`waited in vain: ${what}`);
        await clock.pass(stepMs);
      }
    },
    close: async () => undefined,
  };
}

brokerSuite('the simulated broker', open);
