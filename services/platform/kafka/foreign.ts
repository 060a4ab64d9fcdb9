/** Records of topics that others fill, such as Kafka Connect: JSON, or Avro by the schema that its writer registered. */
import type { KafkaMessage } from 'kafkajs';
import type { Contract } from '../../../schemas/topics.ts';
import type { Registry } from './registry/registry.ts';
import { frameBytes, schemaIdOf } from './frame.ts';
import { SeenRecord, undecodable } from './seen-record.ts';
import type { Decoded, Decoder } from './wire.ts';

/** A key is not needed, and not read. */
export function createForeignDecoder(topic: string, registry: Pick<Registry, 'foreignReader'>): Decoder {
  // No contract is known of it but its name.
  const contract = { topic } as Contract<never>;

  function read(seen: SeenRecord, make: () => unknown): Decoded {
    try {
      seen.value = make() as never;
      return seen;
    } catch {
      return undecodable(seen, unreadable(topic));
    }
  }

  return {
    decode(message: KafkaMessage, partition: number, signal: AbortSignal) {
      const seen = new SeenRecord(contract, message, partition);
      const bytes = message.value;
      if (bytes === null) return seen;
      const schemaId = schemaIdOf(bytes);
      if (schemaId === null) return read(seen, () => parseExactly(bytes.toString()));
      return registry.foreignReader(schemaId, signal).then((reader) => {
        if ('fault' in reader) return undecodable(seen, reader.fault);
        return read(seen, () => reader.decode(bytes.subarray(frameBytes)));
      });
    },
  };
}

/** Numbers as they are written: a key of more than 53 bits, or a decimal, would be another one as a number. */
function parseExactly(text: string): unknown {
  return JSON.parse(text, ((_key: string, value: unknown, { source }: { source: string }) =>
    typeof value === 'number' ? source : value) as Parameters<typeof JSON.parse>[1]);
}

function unreadable(topic: string) {
  return {
    code: 'record.foreign',
    what: `A record on ${topic} is neither JSON nor Avro of the schema that it names`,
    fix: 'Let its writer use the JSON or the Avro converter',
  };
}
