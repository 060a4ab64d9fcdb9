import { Unavailable, foreignText } from '../../errors.ts';
import type { KafkaOptions } from '../types.ts';

/** What the library throws for an answer that is no success. */
interface AnsweredError {
  status?: number;
  message: string;
}

/**
 * Registers a contract; one that is there already keeps its id. Only `topics apply` does it, which a person watches
 * and can repeat. The compatibility level must be set before.
 * @returns `conflict`, in the registry's words, when it is not compatible with the versions before.
 * @throws Unavailable for every other answer, and when none comes.
 */
export async function registerContract(
  { url, username, password }: KafkaOptions['registry'],
  subject: string,
  schema: string,
): Promise<{ id: number } | { conflict: string }> {
  // Here, because only this command needs it, and it takes memory.
  const { COMPATIBILITY, SchemaRegistry, SchemaType } = await import('@kafkajs/confluent-schema-registry');
  const auth = username === undefined ? {} : { auth: { username, password: password ?? '' } };
  const registry = new SchemaRegistry({ host: url.replace(/\/+$/, ''), retry: { retries: 2 }, ...auth });
  try {
    const { id } = await registry.register(
      { type: SchemaType.AVRO, schema },
      { subject, compatibility: COMPATIBILITY.FULL_TRANSITIVE, updateConfig: false },
    );
    return { id };
  } catch (error) {
    const { status, message } = error as AnsweredError;
    // The library puts its own name before the registry's words.
    const words = message.replace(/^\S* - /, '').slice(0, 500);
    if (status === 409) return { conflict: words };
    throw new Unavailable(
      {
        code: 'registry.not_registered',
        what: `The contract of ${subject} was not registered`,
        why: foreignText(words),
        fix: 'Check kafka.registry, then run `cartage topics apply` again',
      },
      { cause: error },
    );
  }
}
