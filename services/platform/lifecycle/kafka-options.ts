import type { Configuration } from '../config/read.ts';
import type { KafkaOptions } from '../kafka/types.ts';

/**
 * How a process reaches broker and registry. User names, passwords and certificates are looked up whenever a
 * connection is made, so that changed ones are used without a restart.
 * @param name of the process, and of what it opens the connection for.
 */
export function kafkaOptions(
  configuration: Configuration<never>,
  name: string,
  log: KafkaOptions['log'],
): KafkaOptions {
  const { instance, kafka } = configuration.config;
  const { ssl, sasl, registry } = kafka;
  const current = () => configuration.current().kafka;
  return {
    brokers: kafka.brokers,
    clientId: `cartage-${instance}-${name}`,
    source: `cartage/${instance}/${name}`,
    ssl: typeof ssl === 'object' ? lookedUp(ssl, () => current().ssl) : ssl,
    ...(sasl && { sasl: lookedUp(sasl, () => current().sasl) }),
    registry: lookedUp(registry, () => current().registry),
    log,
  };
}

/** The members that there are at the start, each as it is when it is read. A section that is gone by then says nothing new. */
function lookedUp<Section extends object>(start: Section, now: () => unknown): Section {
  const at = (name: string) => ({ ...start, ...(now() as object | undefined) })[name as keyof Section];
  const members = Object.keys(start).map((name) => [name, { enumerable: true, get: () => at(name) }]);
  return Object.defineProperties({}, Object.fromEntries(members)) as Section;
}
