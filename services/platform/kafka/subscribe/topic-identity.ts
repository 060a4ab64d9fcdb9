/**
 * The id that a broker gives a topic when it is created. A topic deleted and created again under the same name has
 * another one, however many records it holds by then: offsets alone cannot tell.
 *
 * kafkajs 2.2.4 asks for metadata in versions that do not say it, so this is one Metadata request (version 10, in the
 * broker since 2.8) through kafkajs' own connection. From version 9 on the protocol is "flexible" (KIP-482): compact
 * strings and arrays, their length plus one as a varint, and tagged fields, of which there are none here.
 */
import type { Broker, Cluster } from 'kafkajs';

/** The part of kafkajs' broker that its types leave out. */
interface SendingBroker extends Broker {
  versions: Record<number, { maxVersion: number }> | null;
  connectionPool: {
    send(request: { request: object; response: object }): Promise<{ topicId: string | null }>;
  };
}

const metadataApiKey = 3;
const metadataVersion = 10;
/** As long as the brokers still speak an older version among themselves; an id given to the topic later is its first. */
const noTopicId = '0'.repeat(32);

/**
 * The id as hexadecimal text; null where it is not told: a broker older than 2.8, no such topic now, no answer. Asked of
 * the leader of the partition, who is the one that is known to be there.
 */
export async function topicIdOf(cluster: Cluster, topic: string, partition: number): Promise<string | null> {
  try {
    const [leader] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
    return leader === undefined ? null : await askFor(cluster, leader, topic);
  } catch {
    return null;
  }
}

async function askFor(cluster: Cluster, nodeId: string, topic: string): Promise<string | null> {
  const broker = (await cluster.findBroker({ nodeId })) as SendingBroker;
  if ((broker.versions?.[metadataApiKey]?.maxVersion ?? 0) < metadataVersion) return null;
  const { topicId } = await broker.connectionPool.send({
    request: {
      apiKey: metadataApiKey,
      apiVersion: metadataVersion,
      apiName: 'Metadata',
      encode: async () => requestFor(topic),
    },
    response: {
      decode: async (payload: Buffer) => ({ topicId: idIn(payload) }),
      parse: async (answer: object) => answer,
    },
  });
  return topicId;
}

/** @returns what an Encoder of kafkajs is to its connection. */
function requestFor(topic: string) {
  const name = Buffer.from(topic);
  const buffer = Buffer.concat([
    Buffer.from([0]), // no tagged fields in the header
    Buffer.from([2]), // one topic
    Buffer.alloc(16), // by its name, not by an id
    varint(name.length + 1),
    name,
    Buffer.from([0]), // no tagged fields of the topic
    Buffer.from([0, 0, 0, 0]), // do not create it, tell no authorized operations (twice), no tagged fields
  ]);
  return { buf: buffer, buffer, size: () => buffer.length };
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    bytes.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) return Buffer.from(bytes);
  }
}

/** Reads no further than the id of the one topic asked for. */
function idIn(payload: Buffer): string | null {
  const reader = new CompactReader(payload);
  reader.skipTags();
  reader.skip(4); // throttle time
  for (let left = reader.length(); left > 0; left -= 1) {
    reader.skip(4); // node id
    reader.skip(reader.length()); // host
    reader.skip(4); // port
    reader.skip(reader.length()); // rack
    reader.skipTags();
  }
  reader.skip(reader.length()); // cluster id
  reader.skip(4); // controller
  if (reader.length() === 0) return null;
  if (reader.int16() !== 0) return null;
  reader.skip(reader.length()); // name
  const topicId = reader.take(16).toString('hex');
  return topicId === noTopicId ? null : topicId;
}

class CompactReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  skip(count: number): void {
    this.#at += count;
  }

  take(count: number): Buffer {
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  int16(): number {
    return this.take(2).readInt16BE();
  }

  /** Of a compact string or array; null counts as empty. */
  length(): number {
    return Math.max(0, this.#varint() - 1);
  }

  skipTags(): void {
    for (let left = this.#varint(); left > 0; left -= 1) {
      this.#varint();
      this.skip(this.#varint());
    }
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.take(1)[0]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
}
