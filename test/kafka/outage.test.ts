/**
 * Real: a broker of this test's own behind a proxy that understands Kafka's frames, and the shared registry. Asserted:
 * whatever was acknowledged is on the topic and reaches the reader, in the order of each key, through a broker that is
 * stopped for 20 s under load, one that is killed, lost and cut Produce answers, and a network that drops packets.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { stock } from '../../schemas/topics.ts';
import type { Contract } from '../../schemas/topics.ts';
import type { Stock } from '../../schemas/types.ts';
import { Unavailable } from '../../services/platform/errors.ts';
import type { KafkaOptions, Received } from '../../services/platform/kafka/types.ts';
import { OwnBroker } from '../infrastructure/own-broker.ts';
import { brokerBehindProxy } from '../infrastructure/own-kafka.ts';
import { realBroker } from './broker-suite.ts';
import { fencedPublish } from './fenced-publish.ts';
import { applyTopics, openBus, ownTopic, recorder, until, untyped, stockOf } from './support.ts';
import type { TestBus } from './support.ts';

const own = new OwnBroker();

beforeAll(() => own.start());
afterAll(() => own.remove());

// One broker for all that need one of their own: each costs several seconds of a processor.
brokerBehindProxy(own);
realBroker(own);
fencedPublish(own);

interface Load {
  acknowledged: number[];
  refused: Unavailable[];
  stop(): Promise<void>;
}

/** Publishes numbered states of five keys, about 100 a second, as fast as answers or refusals come. */
function publishUnderLoad(bus: TestBus, topic: Contract<Stock>): Load {
  const acknowledged: number[] = [];
  const refused: Unavailable[] = [];
  const inFlight = new Set<Promise<void>>();
  let number = 0;
  const timer = setInterval(() => {
    const mine = number++;
    const one: Promise<void> = bus
      .publish(topic, { value: stockOf(`K${mine % 5}`, mine) })
      .then(
        () => void acknowledged.push(mine),
        (error: unknown) => void refused.push(error as Unavailable),
      )
      .finally(() => inFlight.delete(one));
    inFlight.add(one);
  }, 10);
  return {
    acknowledged,
    refused,
    async stop() {
      clearInterval(timer);
      await Promise.all(inFlight);
    },
  };
}

/** Runs the load through an outage with a reader on the other side, and checks what arrived. */
async function through(outage: () => Promise<void>, options: Partial<KafkaOptions>) {
  const brokers = [`127.0.0.1:${own.proxy.port}`];
  const topic = ownTopic(stock, 3);
  await applyTopics(untyped(topic), { brokers });
  const bus = openBus({ brokers, ...options });
  const taken = recorder();
  const subscription = await bus.subscribe({
    contracts: untyped(topic),
    group: randomUUID(),
    open: taken.open,
  });
  await until('leases', () => subscription.ready());
  const load = publishUnderLoad(bus, topic);
  await until('some are acknowledged', () => load.acknowledged.length > 50);
  await outage();
  const before = load.acknowledged.length;
  await until('acknowledgements again', () => load.acknowledged.length > before + 50);
  await load.stop();
  const numbers = () =>
    taken.records().map((record) => (record as unknown as Received<Stock>).value!.version.number);
  await until('every acknowledged record at the reader', () => {
    const arrived = new Set(numbers());
    return load.acknowledged.every((one) => arrived.has(one));
  });
  for (let key = 0; key < 5; key++) {
    const firsts = [...new Set(numbers().filter((one) => one % 5 === key))];
    expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
  }
  await until('no trouble', () => bus.unhealthyReason() === null);
  await bus.close();
  return load;
}

describe('nothing acknowledged is lost', () => {
  it('when the broker is stopped for 20 s under load, with a deadline longer than that', async () => {
    const load = await through(
      async () => {
        await own.kafka.stop();
        await delay(20_000);
        await own.kafka.restart();
      },
      { publishDeadlineMs: 60_000 },
    );
    expect(load.refused).toEqual([]);
  });

  it('when it is killed, and what passed its deadline was refused as unknown or none', async () => {
    const load = await through(
      async () => {
        await own.kafka.kill();
        await delay(3_000);
        await own.kafka.restart();
      },
      { publishDeadlineMs: 1_000 },
    );
    expect(load.refused.length).toBeGreaterThan(0);
    for (const error of load.refused) {
      expect(error).toBeInstanceOf(Unavailable);
      expect(error.fault.code).toBe('kafka.not_acknowledged');
    }
  });

  it('when answers to Produce are swallowed', async () => {
    const lostBefore = own.proxy.produceAnswersLost;
    const load = await through(
      async () => {
        own.proxy.onProduceAnswer((request) => (request % 3 === 0 ? 'swallow' : 'pass'));
        await until('answers are lost', () => own.proxy.produceAnswersLost >= lostBefore + 2);
        own.proxy.onProduceAnswer(() => 'pass');
      },
      // It passes for each of them before the broker is asked again.
      { publishDeadlineMs: 60_000, requestTimeoutMs: 3_000 },
    );
    expect(load.refused).toEqual([]);
  });

  it('when the connection is cut after the broker has worked', async () => {
    const lostBefore = own.proxy.produceAnswersLost;
    const load = await through(
      async () => {
        own.proxy.onProduceAnswer((request) => (request % 7 === 0 ? 'cut' : 'pass'));
        await until('connections were cut', () => own.proxy.produceAnswersLost >= lostBefore + 10);
        own.proxy.onProduceAnswer(() => 'pass');
      },
      { publishDeadlineMs: 60_000 },
    );
    expect(load.refused).toEqual([]);
  });

  it('when the network drops packets for a while', async () => {
    const load = await through(
      async () => {
        own.proxy.blackHole(true);
        await delay(4_000);
        own.proxy.blackHole(false);
      },
      { publishDeadlineMs: 60_000 },
    );
    expect(load.refused).toEqual([]);
  });
});
