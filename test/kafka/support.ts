/** What the tests of platform/kafka share: topics of their own on the shared broker, a bus, readers that take notes. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { schemaText } from '../../schemas/topics.ts';
import type { Contract } from '../../schemas/topics.ts';
import { connectKafka, openTopicAdmin } from '../../services/platform/kafka/connect.ts';
import type {
  Bus,
  KafkaOptions,
  Lease,
  PartitionReader,
  Received,
  SubscribeOptions,
  Undecodable,
} from '../../services/platform/kafka/types.ts';
import type { TopicAdmin } from '../../services/platform/kafka/topic-admin.ts';
import type { Stock } from '../../schemas/types.ts';
import { sharedKafka, sharedRegistry } from '../infrastructure/main.ts';

/** `erp.stock--ab12cd34` has the schema of `erp.stock`. */
export const contracts = { schemaText: (topic: string) => schemaText(topic.split('--')[0]!) };

export function ownTopic<Value>(row: Contract<Value>, partitions = row.partitions): Contract<Value> {
  return { ...row, partitions, topic: `${row.topic}--${randomBytes(4).toString('hex')}` };
}

export const untyped = (...rows: Contract<never>[] | Contract<Stock>[]): readonly Contract<never>[] =>
  rows as unknown as readonly Contract<never>[];

export interface Note {
  level: string;
  message: string;
}

export interface TestBus extends Bus {
  notes: Note[];
  /** What was said to end the process. */
  dead: string[];
}

export function optionsFor(overrides: Partial<KafkaOptions> = {}): KafkaOptions & { notes: Note[] } {
  const notes: Note[] = [];
  const write = (level: string) => (_fields: object, message: string) => void notes.push({ level, message });
  return {
    brokers: [sharedKafka()],
    clientId: 'test',
    registry: { url: sharedRegistry() },
    source: 'cartage/test/kafka',
    log: { info: write('info'), warn: write('warn'), error: write('error') },
    notes,
    ...overrides,
  };
}

export function openBus(overrides: Partial<KafkaOptions> = {}): TestBus {
  const dead: string[] = [];
  const options = { ...optionsFor(overrides), onDead: (why: string) => dead.push(why) };
  return Object.assign(connectKafka(options, contracts), { notes: options.notes, dead });
}

export function openAdmin(overrides: Partial<KafkaOptions> = {}): TopicAdmin {
  return openTopicAdmin(optionsFor(overrides), contracts);
}

export async function applyTopics(
  rows: readonly Contract<never>[],
  overrides: Partial<KafkaOptions> = {},
  replicationFactor = 1,
) {
  const admin = openAdmin(overrides);
  try {
    await admin.apply(rows, { replicationFactor, dryRun: false });
  } finally {
    await admin.close();
  }
}

export function stockOf(sku: string, number = 1, source = 'WH'): Stock {
  return {
    source,
    sku,
    occurredAt: null,
    version: { epoch: 1, number },
    sourceKey: '{}',
    quantity: '1.0000',
    sellable: true,
    deleted: false,
    twin: null,
    backorders: null,
    buffer: null,
  };
}

/** Waits for a condition; says what it waited for when it never came. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 120_000) {
  const end = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms in vain: ${what}`);
    await delay(20);
  }
}

export interface Taken {
  lease: Lease;
  records: (Received<never> | Undecodable)[];
  /** Null while open. */
  closed: { lost: boolean } | null;
}

export interface Recorder {
  open: SubscribeOptions['open'];
  /** One per lease, in the order of their opening. */
  taken: Taken[];
  records(): (Received<never> | Undecodable)[];
  /** Of the newest lease of a partition. */
  newest(partition: number): Taken;
}

export interface RecorderOptions {
  full?: () => boolean;
  /** What to do with records besides noting them; default: finish them at once. */
  work?: (lease: Lease, records: (Received<never> | Undecodable)[]) => void;
  close?: (lost: boolean) => Promise<void>;
  /** What the reader says when it closes. */
  clean?: () => boolean;
}

export function recorder(options: RecorderOptions = {}): Recorder {
  const taken: Taken[] = [];
  const work = options.work ?? ((lease, records) => lease.finish(records.at(-1)!.offset + 1));
  return {
    taken,
    open(lease): PartitionReader {
      const one: Taken = { lease, records: [], closed: null };
      taken.push(one);
      return {
        receive(records) {
          one.records.push(...records);
          work(lease, records);
        },
        full: options.full ?? (() => false),
        async close(lost) {
          await options.close?.(lost);
          one.closed = { lost };
          return options.clean?.() ?? true;
        },
      };
    },
    records: () => taken.flatMap((one) => one.records),
    newest: (partition) => taken.findLast((one) => one.lease.partition === partition)!,
  };
}

export function isReadable(record: Received<never> | Undecodable): record is Received<never> {
  return !('undecodable' in record);
}
