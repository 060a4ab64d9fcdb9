/** Real: the bus, whose broker and registry are not there. What it does with one that is, is in test/kafka. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { stock } from '../../../schemas/topics.ts';
import type { Stock } from '../../../schemas/types.ts';
import { LeaseLost, underFence } from '../fence.ts';
import { connectKafka, openTopicAdmin } from './connect.ts';
import type { Bus } from './types.ts';

const lines: string[] = [];
const line = (_fields: object, text: string) => void lines.push(text);
const options = {
  brokers: ['127.0.0.1:1'],
  clientId: 'test',
  source: 'test',
  registry: { url: 'http://127.0.0.1:1' },
  publishDeadlineMs: 50,
  log: { info: line, warn: line, error: line },
};
let bus: Bus;
afterEach(() => bus.close());

describe('a bus without a broker', () => {
  it('waits for it, says so, and gives up when it is closed', async () => {
    bus = connectKafka(options);
    expect(bus.unhealthyReason()).toBeNull();
    const opening = [
      bus.subscribe({ contracts: [stock as never], group: 'g', open: () => ({}) as never }),
      bus.readAll(stock, { onRecord: () => undefined }),
    ];
    const ended = Promise.allSettled(opening);
    const isSaid = () => lines.some((said) => said.startsWith('Waiting for the broker: '));
    while (!isSaid()) await new Promise((resolve) => setTimeout(resolve, 10));
    await bus.close();
    const results = await ended;
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('tells of a record that is not acknowledged, and is not well until it can send', async () => {
    bus = connectKafka(options);
    await expect(bus.tombstone(stock, 'WH/A')).rejects.toMatchObject({
      name: 'Unavailable',
      outcome: 'none',
      fault: { code: 'kafka.not_acknowledged' },
    });
    while (bus.unhealthyReason() === null) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(bus.unhealthyReason()).toMatch(/^nothing could be published since /);
  });

  it('begins no publish under a fence that has fallen', async () => {
    bus = connectKafka(options);
    const published = underFence({ isCurrent: () => false }, () => bus.tombstone(stock, 'WH/A'));
    await expect(published).rejects.toBeInstanceOf(LeaseLost);
    expect(bus.unhealthyReason()).toBeNull();
  });

  it('publishes nothing of which it does not know the schema', async () => {
    bus = connectKafka(options);
    const value = { source: 'WH', sku: 'A' } as Stock;
    await expect(bus.publish(stock, { value })).rejects.toMatchObject({
      name: 'Unavailable',
      outcome: 'none',
    });
    expect(bus.unhealthyReason()).toBeNull();
  });
});

it('an administration without a broker says where to look', async () => {
  const admin = openTopicAdmin(options);
  await expect(admin.connect()).rejects.toMatchObject({ fault: { code: 'kafka.unreachable' } });
  await admin.close();
});
