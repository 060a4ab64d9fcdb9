import type { StartedNetwork } from 'testcontainers';
import { Wait, getContainerRuntimeClient } from 'testcontainers';
import { namedBrokers } from '../../deploy/local/kafka-metadata.ts';
import { freePort, loopback } from '../../deploy/local/ports.ts';
import { asKafkaEnvironment, images, kafkaSettings, type Settings } from '../../deploy/local/settings.ts';
import type { TestKafka } from './backend.ts';
import { ContainerLife } from './container-life.ts';
import { LoopbackContainer } from './loopback-container.ts';

const clientPort = 9092;
const controllerPort = 9093;
const proxiedClientPort = 9094;
/** Where brokers of one cluster find each other. */
const betweenPort = 9095;

export interface KafkaContainerNeeds {
  advertisedProxyPort?: number | undefined;
  /** Its place in a cluster, whose containers know each other by name in one network. Left out: it is alone. */
  member?: { id: number; size: number; network: StartedNetwork };
  settings?: Settings | undefined;
}

/**
 * The official image rather than @testcontainers/kafka, which knows the vendor's images alone and gives a broker
 * another port after each restart; here the host's ports are fixed beforehand, because a broker that comes back at
 * another address is not the outage that the fault tests mean.
 */
export async function startKafkaContainer(needs: KafkaContainerNeeds): Promise<TestKafka> {
  const port = await freePort();
  const proxiedPort = needs.advertisedProxyPort === undefined ? undefined : await freePort();
  const bindings = [{ container: clientPort, host: port }];
  if (proxiedPort !== undefined) bindings.push({ container: proxiedClientPort, host: proxiedPort });
  const made = new LoopbackContainer(images.kafka)
    .withExposedPorts(...bindings)
    .withEnvironment(environment(port, needs))
    .withWaitStrategy(Wait.forListeningPorts())
    .withStartupTimeout(120_000);
  if (needs.member) made.withNetwork(needs.member.network).withNetworkAliases(hostName(needs.member.id));
  const container = await made.start();
  const engine = await getContainerRuntimeClient();
  const life = new ContainerLife(engine.container.getById(container.getId()));
  await untilItNamesItself(port);
  return {
    bootstrap: `${loopback}:${port}`,
    proxiedPort,
    stop: () => life.stop(),
    kill: () => life.kill(),
    restart: async () => {
      await life.restart();
      await untilItNamesItself(port);
    },
    remove: () => life.remove(),
  };
}

const hostName = (id: number) => `kafka-${id}`;

/** The image makes `server.properties` of these names. */
function environment(port: number, { advertisedProxyPort, member, settings }: KafkaContainerNeeds) {
  const { id, size } = member ?? { id: 1, size: 1 };
  const hosts = member ? Array.from({ length: size }, (_, index) => hostName(index + 1)) : ['localhost'];
  const listeners = [
    ['PLAINTEXT', clientPort, `${loopback}:${port}`],
    ['BETWEEN', betweenPort, `${hosts[id - 1]}:${betweenPort}`],
    ...(advertisedProxyPort === undefined
      ? []
      : [['PROXIED', proxiedClientPort, `${loopback}:${advertisedProxyPort}`]]),
  ];
  const listening = listeners.map(([name, own]) => `${name}://:${own}`);
  return asKafkaEnvironment({
    'node.id': id,
    'process.roles': 'broker,controller',
    'controller.quorum.voters': hosts
      .map((host, index) => `${index + 1}@${host}:${controllerPort}`)
      .join(','),
    listeners: [...listening, `CONTROLLER://:${controllerPort}`].join(','),
    'advertised.listeners': listeners.map(([name, , address]) => `${name}://${address}`).join(','),
    'listener.security.protocol.map': [...listeners.map(([name]) => name), 'CONTROLLER']
      .map((name) => `${name}:PLAINTEXT`)
      .join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'BETWEEN',
    ...kafkaSettings(size),
    ...settings,
  });
}

async function untilItNamesItself(port: number, withinMs = 60_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await namedBrokers(loopback, port)).some((broker) => broker.port === port)) {
    if (performance.now() > deadline)
      throw new Error(`Kafka at ${loopback}:${port} was not ready after ${withinMs} ms.`);
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
}
