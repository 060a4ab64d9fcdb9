/** Real: broker and registry. Asserted: who receives what, and that one bad record or reader stops only itself. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { stock } from '../../schemas/topics.ts';
import type { Undecodable } from '../../services/platform/kafka/types.ts';
import { sharedKafka } from '../infrastructure/main.ts';
import { plainKafka } from '../infrastructure/plain-kafka.ts';
import { applyTopics, isReadable, openBus, ownTopic, recorder, stockOf, until, untyped } from './support.ts';
import type { TestBus } from './support.ts';

let bus: TestBus;
let other: TestBus;

beforeAll(() => {
  bus = openBus();
  other = openBus();
});
afterAll(() => Promise.all([bus.close(), other.close()]));

/** Puts bytes on a topic that no Cartage would. */
async function putRaw(
  topic: string,
  messages: { key: string | Buffer | null; value: Buffer | string | null }[],
) {
  const producer = plainKafka(sharedKafka()).producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  await producer.send({ topic, messages: messages.map((message) => ({ ...message, partition: 0 })) });
  await producer.disconnect();
}

/** As retention would, only sooner. */
async function deleteBefore(topic: string, offset: string): Promise<void> {
  const admin = plainKafka(sharedKafka()).admin();
  await admin.connect();
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset }] });
  await admin.disconnect();
}

const dayMs = 86_400_000;

describe('a group', () => {
  it('gives each partition to one member, and partition n of each topic to the same one', async () => {
    const [small, large] = [ownTopic(stock, 2), ownTopic(stock, 6)];
    await applyTopics([...untyped(small), ...untyped(large)]);
    const group = randomUUID();
    const [first, second] = [recorder(), recorder()];
    const rows = [...untyped(small), ...untyped(large)];
    const one = await bus.subscribe({ contracts: rows, group, open: first.open });
    const two = await other.subscribe({ contracts: rows, group, open: second.open });
    await until(
      'eight leases',
      () => one.leases().length + two.leases().length === 8 && one.ready() && two.ready(),
    );
    const partitionsOf = (topic: string, member: typeof one) =>
      member
        .leases()
        .filter((lease) => lease.topic === topic)
        .map((lease) => lease.partition)
        .toSorted((a, b) => a - b);
    const shares = [one, two].map((member) => partitionsOf(large.topic, member));
    expect(shares).toContainEqual([0, 2, 4]);
    expect(shares).toContainEqual([1, 3, 5]);
    for (const member of [one, two]) {
      expect(partitionsOf(small.topic, member)).toEqual(
        partitionsOf(large.topic, member).filter((partition) => partition < 2),
      );
    }
    const keys = Array.from({ length: 60 }, (_, index) => `K${index}`);
    await Promise.all(keys.map((sku) => bus.publish(large, { value: stockOf(sku) })));
    await until('all records', () => first.records().length + second.records().length >= keys.length);
    const received = [...first.records(), ...second.records()].map((record) => record.key);
    expect(received).toHaveLength(keys.length);
    expect(new Set(received)).toEqual(new Set(keys.map((sku) => `WH/${sku}`)));
    await Promise.all([one.stop(), two.stop()]);
  });

  it('knows how far it is behind on what it holds', async () => {
    const topic = ownTopic(stock, 1);
    await applyTopics(untyped(topic));
    const slow = recorder({ work: (lease) => lease.finish(3) });
    const member = await bus.subscribe({ contracts: untyped(topic), group: randomUUID(), open: slow.open });
    await until('its partition', () => member.ready());
    for (const sku of ['A', 'B', 'C', 'D', 'E']) await bus.publish(topic, { value: stockOf(sku) });
    await until('all records', () => slow.records().length === 5);
    expect(await member.lag()).toEqual([{ topic: topic.topic, partition: 0, committed: 3, end: 5 }]);
    await member.stop();
    expect(await member.lag()).toEqual([]);
  });

  it('hands a partition over and back, each record finished by somebody', async () => {
    const topic = ownTopic(stock, 4);
    await applyTopics(untyped(topic));
    const group = randomUUID();
    const [first, second] = [recorder(), recorder()];
    const one = await bus.subscribe({ contracts: untyped(topic), group, open: first.open });
    let published = 0;
    const publish = async (count: number) => {
      const skus = Array.from({ length: count }, () => `K${published++}`);
      await Promise.all(skus.map((sku) => bus.publish(topic, { value: stockOf(sku) })));
    };
    await publish(50);
    const two = await other.subscribe({ contracts: untyped(topic), group, open: second.open });
    await publish(50);
    await until('both take part', () => one.leases().length === 2 && two.leases().length === 2);
    await publish(50);
    await two.stop();
    await publish(50);
    await until('one has all partitions again', () => one.leases().length === 4);
    const seen = () => new Set([...first.records(), ...second.records()].map((record) => record.key));
    await until('all records', () => seen().size === published);
    expect(seen().size).toBe(200);
    await one.stop();
  });
});

describe('a reader', () => {
  it('that is full is paused, loses nothing, and goes on when there is room', async () => {
    const topic = ownTopic(stock, 1);
    await applyTopics(untyped(topic));
    let full = true;
    const taken = recorder({ full: () => full });
    const subscription = await bus.subscribe({
      contracts: untyped(topic),
      group: randomUUID(),
      open: taken.open,
    });
    await until('a lease', () => subscription.ready());
    await bus.publish(topic, { value: stockOf('A', 0) });
    // It is full when it is asked, which is after each batch.
    await until('the first record', () => taken.records().length === 1);
    for (let number = 1; number < 6; number++) await bus.publish(topic, { value: stockOf('A', number) });
    // For several fetches nothing comes.
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(taken.records()).toHaveLength(1);
    full = false;
    await until('the rest', () => taken.records().length === 6);
    expect(taken.records().map((record) => record.offset)).toEqual([0, 1, 2, 3, 4, 5]);
    await subscription.stop();
  });

  it('gets undecodable records as such, in their place, and the next record goes on', async () => {
    // Not compacted: there the broker itself refuses records without a key.
    const topic = { ...ownTopic(stock, 1), retentionMs: dayMs };
    await applyTopics(untyped(topic));
    await bus.publish(topic, { value: stockOf('A', 1) });
    const unknownId = Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 1, 2, 3]);
    await putRaw(topic.topic, [
      { key: 'WH/text', value: 'not avro' },
      { key: null, value: 'no key' },
      { key: Buffer.from([0xff, 0xfe]), value: 'binary key' },
      { key: 'WH/short', value: Buffer.from([0, 0]) },
      { key: 'WH/unknown', value: unknownId },
    ]);
    const good = recorder();
    const probe = await bus.subscribe({ contracts: untyped(topic), group: randomUUID(), open: good.open });
    await until('the first record', () => good.records().length >= 1);
    const first = good.records()[0]!;
    await putRaw(topic.topic, [{ key: 'WH/cut', value: first.bytes!.subarray(0, 9) }]);
    await bus.publish(topic, { value: stockOf('A', 2) });
    await until('all records', () => good.records().length === 8);
    const codes = good.records().map((record) => (isReadable(record) ? record.key : record.undecodable.code));
    expect(codes).toEqual([
      'WH/A',
      'record.no_schema_id',
      'record.key_missing',
      'record.key_unreadable',
      'record.no_schema_id',
      'record.schema_unknown',
      'record.damaged',
      'WH/A',
    ]);
    const unknown = good.records()[5] as Undecodable;
    expect(unknown).toMatchObject({ key: 'WH/unknown', offset: 5, bytes: unknownId });
    expect(unknown.undecodable.fix).toMatch(/registry/);
    await probe.stop();
  });

  it('that throws stands still, and says that the process must end; others go on, and nothing behind it is committed', async () => {
    const topic = ownTopic(stock, 2);
    await applyTopics(untyped(topic));
    const group = randomUUID();
    const seen: string[] = [];
    const taken = recorder({
      work(lease, records) {
        if (records.some((record) => record.key === 'WH/poison'))
          throw new TypeError('cannot read "x" of undefined');
        seen.push(...records.map((record) => record.key!));
        lease.finish(records.at(-1)!.offset + 1);
      },
    });
    const subscription = await bus.subscribe({ contracts: untyped(topic), group, open: taken.open });
    await until('leases', () => subscription.ready());
    await bus.publish(topic, { value: stockOf('poison') });
    await until('word of the end', () => bus.dead.length > 0);
    expect(bus.dead).toEqual([expect.stringMatching(/threw in receive\(\): TypeError.*must be restarted/)]);
    expect(bus.unhealthyReason()).toContain('threw in receive()');
    const skus = Array.from({ length: 20 }, (_, index) => `N${index}`);
    await Promise.all(skus.map((sku) => bus.publish(topic, { value: stockOf(sku) })));
    const poisoned = taken.taken.find((one) => one.records.some((record) => record.key === 'WH/poison'))!;
    await until('the other partition', () => seen.length > 0);
    expect(poisoned.lease.isCurrent()).toBe(true);
    await subscription.stop();
    const successor = recorder();
    const again = await bus.subscribe({ contracts: untyped(topic), group, open: successor.open });
    await until('the poisoned partition from its beginning', () =>
      successor.records().some((record) => record.key === 'WH/poison'),
    );
    await again.stop();
  });
});

describe('a gap', () => {
  it('is said loudly when records were deleted before they were read', async () => {
    const topic = { ...ownTopic(stock, 1), retentionMs: dayMs };
    await applyTopics(untyped(topic));
    const group = randomUUID();
    for (let number = 0; number < 10; number++) await bus.publish(topic, { value: stockOf('A', number) });
    const half = recorder({ work: (lease) => lease.finish(3) });
    const before = await bus.subscribe({ contracts: untyped(topic), group, open: half.open });
    await until('all records', () => half.records().length === 10);
    await before.stop();
    await deleteBefore(topic.topic, '8');
    const taken = recorder();
    const after = await bus.subscribe({ contracts: untyped(topic), group, open: taken.open });
    await until('the rest', () => taken.records().length === 2);
    expect(taken.records().map((record) => record.offset)).toEqual([8, 9]);
    expect(bus.notes).toContainEqual({
      level: 'error',
      message: expect.stringContaining('5 records were deleted unread') as unknown,
    });
    await after.stop();
  });

  it('is said loudly when it happens under a paused reader', async () => {
    const topic = { ...ownTopic(stock, 1), retentionMs: dayMs };
    await applyTopics(untyped(topic));
    let full = false;
    const taken = recorder({ full: () => full, work: () => (full = true) });
    const subscription = await bus.subscribe({
      contracts: untyped(topic),
      group: randomUUID(),
      open: taken.open,
    });
    await until('a lease', () => subscription.ready());
    await bus.publish(topic, { value: stockOf('A', 0) });
    await until('the first record', () => taken.records().length === 1);
    for (let number = 1; number < 10; number++) await bus.publish(topic, { value: stockOf('A', number) });
    await deleteBefore(topic.topic, '7');
    full = false;
    await until('what is left', () => taken.records().some((record) => record.offset === 7));
    expect(bus.notes).toContainEqual({
      level: 'error',
      message: expect.stringContaining(`A gap: records of ${topic.topic}[0]`) as unknown,
    });
    await subscription.stop();
  });
});
