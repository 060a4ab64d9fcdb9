/**
 * Writes what the publisher sends (Kafka protocol, Produce version 7) in place of kafkajs.
 *
 * kafkajs makes an encoder with a zeroed buffer of 512 bytes for each record and for each of its headers, copies all of
 * it seven times on its way to the socket, and groups records by partition in the square of their number: a third of
 * the relay's processor under load. Here the records are grouped before (`bundles.ts`) and written to one place once.
 */
import { createRequire } from 'node:module';
import { Bundle } from './bundles.ts';
import { ByteWriter } from './byte-writer.ts';
import { writeBatch } from './record-batch.ts';

interface Encoder {
  buf: Buffer;
  offset: number;
}

/** What kafkajs hands over, of the part that is used. */
export interface ProduceOptions {
  acks: number;
  timeout: number;
  topicData: readonly {
    topic: string;
    partitions: readonly { partition: number; messages: readonly unknown[] }[];
  }[];
}

export interface ProduceRequest {
  apiKey: number;
  apiVersion: number;
  apiName: string;
  expectResponse: () => boolean;
  encode: () => Promise<Encoder>;
}

type Make = (options: ProduceOptions) => ProduceRequest;

const require = createRequire(import.meta.url);
const requestPath = require.resolve('kafkajs/src/protocol/requests/produce/v7/request.js');
const Encoder = require('kafkajs/src/protocol/encoder.js') as new (initialSize?: number) => Encoder;
let ofKafkajs: Make | null = null;

/** For all producers of the process: kafkajs loads its own at the first send. Whatever is not ours stays with that. */
export function writeProduceRequests(): void {
  if (ofKafkajs !== null) return;
  ofKafkajs = require(requestPath) as Make;
  const original = ofKafkajs;
  require.cache[requestPath]!.exports = (options: ProduceOptions): ProduceRequest => {
    const request = original(options);
    return isOurs(options) ? { ...request, encode: () => Promise.resolve(encoded(options)) } : request;
  };
}

function isOurs({ topicData }: ProduceOptions): boolean {
  return topicData.every(({ partitions }) =>
    partitions.every(({ messages }) => messages.every((one) => one instanceof Bundle)),
  );
}

const writer = new ByteWriter();

function encoded({ acks, timeout, topicData }: ProduceOptions): Encoder {
  const timeMs = Date.now();
  writer.clear();
  // No transaction.
  writer.int16(-1);
  writer.int16(acks);
  writer.int32(timeout);
  writer.int32(topicData.length);
  for (const { topic, partitions } of topicData) {
    writer.name(topic);
    writer.int32(partitions.length);
    for (const { partition, messages } of partitions) {
      writer.int32(partition);
      const length = writer.skip(4);
      writeBatch(
        writer,
        (messages as readonly Bundle[]).flatMap(({ records }) => records),
        timeMs,
      );
      writer.int32At(length, writer.end - length - 4);
    }
  }
  const encoder = new Encoder(1);
  encoder.buf = writer.copy();
  encoder.offset = encoder.buf.length;
  return encoder;
}
