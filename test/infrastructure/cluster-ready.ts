import { setTimeout as sleep } from 'node:timers/promises';
import { namedBrokers } from '../../deploy/local/kafka-metadata.ts';
import { loopback } from '../../deploy/local/ports.ts';

/**
 * A broker of a cluster answers before it has heard of the others, and a client that asks it then takes the cluster
 * for smaller than it is.
 */
export async function untilEachNamesAll(ports: readonly number[], withinMs = 60_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const named = await Promise.all(ports.map((port) => namedBrokers(loopback, port)));
    if (named.every((brokers) => brokers.length === ports.length)) return;
    if (performance.now() > deadline) {
      const counts = named.map((brokers, index) => `${ports[index]} names ${brokers.length}`).join(', ');
      throw new Error(`The ${ports.length} brokers have not found one another in ${withinMs} ms: ${counts}.`);
    }
    await sleep(100);
  }
}
