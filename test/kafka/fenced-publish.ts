/**
 * Real: a broker behind a proxy, and the shared registry. Asserted: what was being published when a
 * lease ended is on the topic before the one who comes next publishes, or never.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stock } from '../../schemas/topics.ts';
import type { Contract } from '../../schemas/topics.ts';
import type { Stock } from '../../schemas/types.ts';
import { underFence } from '../../services/platform/fence.ts';
import type { OwnBroker } from '../infrastructure/own-broker.ts';
import { applyTopics, openBus, ownTopic, stockOf, until, untyped } from './support.ts';
import type { TestBus } from './support.ts';

export const fencedPublish = (own: OwnBroker): void =>
  describe('a publish under a fence', () => {
    let owner: TestBus;
    let successor: TestBus;
    let topic: Contract<Stock>;

    beforeEach(async () => {
      owner = openBus({ brokers: [`127.0.0.1:${own.proxy.port}`] });
      // Not through the proxy: its network is well.
      successor = openBus({ brokers: [own.kafka.bootstrap] });
      topic = ownTopic(stock, 1);
      await applyTopics(untyped(topic), { brokers: [own.kafka.bootstrap] });
      await owner.publish(topic, { value: stockOf('A', 0) });
    });
    afterEach(async () => {
      await Promise.all([owner.close(), successor.close()]);
    });

    async function numbersOnTopic(): Promise<number[]> {
      const numbers: number[] = [];
      const reading = await successor.readAll(topic, {
        onRecord: ({ value }) => void numbers.push(value!.version.number),
      });
      await reading.caughtUp;
      await reading.stop();
      return numbers;
    }

    it('that could not leave while the lease stood never arrives after it', async () => {
      const fence = { current: true, asked: 0, isCurrent: () => ((fence.asked += 1), fence.current) };
      own.proxy.blackHole(true);
      const published = underFence(fence, () => owner.publish(topic, { value: stockOf('A', 1) }));
      const failed = expect(published).rejects.toMatchObject({ outcome: 'unknown' });
      const { connections } = own.proxy;
      // First as the attempt begins, then while its answer is awaited.
      await until('the attempt is under way', () => fence.asked > 1);
      fence.current = false;
      await failed;
      await successor.publish(topic, { value: stockOf('A', 2) });
      own.proxy.blackHole(false);
      // The network is well again for the former owner, too: it publishes what it may, and nothing of before.
      await owner.publish(topic, { value: stockOf('B', 3) });
      await until('a new connection', () => own.proxy.connections > connections);
      expect(await numbersOnTopic()).toEqual([0, 2, 3]);
    });

    it('is healthy again by itself when the broker is back, though nobody publishes', async () => {
      await own.kafka.stop();
      const fence = { current: true, isCurrent: () => fence.current };
      const published = underFence(fence, () => owner.publish(topic, { value: stockOf('A', 1) }));
      published.catch(() => undefined);
      await until('word of the outage', () => owner.unhealthyReason() !== null);
      fence.current = false;
      await expect(published).rejects.toThrow();
      await own.kafka.restart();
      await until('health', () => owner.unhealthyReason() === null);
      expect(owner.unhealthyReason()).toBeNull();
    });
  });
