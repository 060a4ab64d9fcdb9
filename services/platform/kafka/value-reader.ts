import { schemaText as contractText } from '../../../schemas/topics.ts';
import { Rejected } from '../errors.ts';
import { createRegistryApi } from './registry/registry-api.ts';
import { Registry } from './registry/registry.ts';
import type { KafkaOptions } from './types.ts';
import { frameBytes, schemaIdOf } from './frame.ts';

/** Reads values that are kept as bytes, such as those of parked records. */
export interface ValueReader {
  /** @throws Rejected when the bytes are no value of the topic, or the registry does not answer in time. */
  read(topic: string, bytes: Buffer): Promise<unknown>;
  close(): Promise<void>;
}

const answerWithinMs = 10_000;

export function openValueReader(options: Pick<KafkaOptions, 'registry' | 'log'>): ValueReader {
  const registry = new Registry({
    api: createRegistryApi(options.registry),
    log: options.log,
    schemaText: contractText,
  });
  return {
    close: () => registry.close(),
    async read(topic, bytes) {
      const id = schemaIdOf(bytes);
      if (id === null) throw unreadable(topic, 'it does not begin with a schema id');
      const reader = await registry
        .reader(topic, id, AbortSignal.timeout(answerWithinMs))
        .catch((error: unknown) => {
          throw unreadable(topic, error instanceof Error ? error.message : String(error));
        });
      if ('fault' in reader) throw new Rejected(reader.fault);
      try {
        return reader.decode(bytes.subarray(frameBytes));
      } catch {
        // What the library says quotes the value.
        throw unreadable(topic, 'its bytes do not fit the schema that they name');
      }
    },
  };
}

function unreadable(topic: string, why: string): Rejected {
  return new Rejected({
    code: 'record.unreadable',
    what: `The value, of ${topic}, cannot be read`,
    why,
    fix: 'Check kafka.registry; else its writer is to be mended',
  });
}
