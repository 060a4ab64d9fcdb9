import { GenericContainer, Wait, getContainerRuntimeClient, type StartedTestContainer } from 'testcontainers';
import { namesABroker } from '../../deploy/local/kafka-metadata.ts';
import { freePort, loopback } from '../../deploy/local/ports.ts';
import {
  asKafkaEnvironment,
  asPostgresArguments,
  images,
  kafkaSettings,
  postgresSettings,
} from '../../deploy/local/settings.ts';
import type { Backend, KafkaNeeds, TestKafka } from './backend.ts';

/**
 * The same versions in containers, by testcontainers.
 *
 * Only checked by the compiler so far: it was written where no image could be pulled, and never ran.
 * Kafka is the official image rather than @testcontainers/kafka, which knows the vendor's images alone and gives
 * a broker another port after each restart; here the host's ports are fixed beforehand, because a broker that
 * comes back at another address is not the outage that the fault tests mean.
 */
export const containers: Backend = {
  startKafka,

  async startRegistry() {
    const container = await new GenericContainer(images.registry)
      .withExposedPorts(8080)
      .withWaitStrategy(Wait.forHttp('/health/ready', 8080).forStatusCode(200))
      .withStartupTimeout(120_000)
      .start();
    const url = `http://${container.getHost()}:${container.getMappedPort(8080)}/apis/ccompat/v7`;
    return { url, remove: () => removed(container) };
  },

  async startPostgres() {
    const container = await new GenericContainer(images.postgres)
      .withExposedPorts(5432)
      .withEnvironment({ POSTGRES_HOST_AUTH_METHOD: 'trust' })
      .withCommand(['postgres', ...asPostgresArguments(postgresSettings({ durable: false }))])
      // Twice: the image starts it once for its own preparations.
      .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
      .start();
    const url = `postgres://postgres@${container.getHost()}:${container.getMappedPort(5432)}/postgres`;
    return { url, remove: () => removed(container) };
  },
};

const clientPort = 9092;
const controllerPort = 9093;
const proxiedClientPort = 9094;

async function startKafka(needs: KafkaNeeds = {}): Promise<TestKafka> {
  const port = await freePort();
  const proxiedPort = needs.advertisedProxyPort === undefined ? undefined : await freePort();
  const bindings = [{ container: clientPort, host: port }];
  if (proxiedPort !== undefined) bindings.push({ container: proxiedClientPort, host: proxiedPort });
  const container = await new GenericContainer(images.kafka)
    .withExposedPorts(...bindings)
    .withEnvironment(kafkaEnvironment(port, needs.advertisedProxyPort))
    .withWaitStrategy(Wait.forListeningPorts())
    .withStartupTimeout(120_000)
    .start();
  const host = container.getHost();
  await untilItNamesABroker(host, port);
  return {
    bootstrap: `${host}:${port}`,
    proxiedPort,
    stop: async () => {
      await container.stop({ remove: false, timeout: 30_000 });
    },
    kill: async () => {
      const client = await getContainerRuntimeClient();
      await client.container.getById(container.getId()).kill({ signal: 'SIGKILL' });
    },
    restart: async () => {
      await container.restart({ timeout: 30_000 });
      await untilItNamesABroker(host, port);
    },
    remove: () => removed(container),
  };
}

/** The image makes `server.properties` of these names. */
function kafkaEnvironment(port: number, advertisedProxyPort: number | undefined): Record<string, string> {
  const proxied = advertisedProxyPort !== undefined;
  return {
    KAFKA_NODE_ID: '1',
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_CONTROLLER_QUORUM_VOTERS: `1@localhost:${controllerPort}`,
    KAFKA_LISTENERS: `PLAINTEXT://:${clientPort},CONTROLLER://:${controllerPort}${proxied ? `,PROXIED://:${proxiedClientPort}` : ''}`,
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${loopback}:${port}${proxied ? `,PROXIED://${loopback}:${advertisedProxyPort}` : ''}`,
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT',
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT',
    ...asKafkaEnvironment(kafkaSettings(1)),
  };
}

async function untilItNamesABroker(host: string, port: number, withinMs = 60_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await namesABroker(host, port))) {
    if (performance.now() > deadline)
      throw new Error(`Kafka at ${host}:${port} was not ready after ${withinMs} ms.`);
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
}

async function removed(container: StartedTestContainer): Promise<void> {
  await container.stop({ remove: true, removeVolumes: true });
}
