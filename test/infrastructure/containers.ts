import { Network, Wait, getContainerRuntimeClient, type StartedTestContainer } from 'testcontainers';
import { loopback } from '../../deploy/local/ports.ts';
import { asPostgresArguments, images, postgresSettings } from '../../deploy/local/settings.ts';
import type { Backend } from './backend.ts';
import { untilEachNamesAll } from './cluster-ready.ts';
import { ContainerLife } from './container-life.ts';
import { startKafkaContainer } from './kafka-container.ts';
import { LoopbackContainer } from './loopback-container.ts';

/**
 * The same versions and settings in containers, by testcontainers, on an engine of this machine.
 *
 * How far it was tried, on podman, with images made to the official names where none could be pulled: brokers, one
 * and three of them, started, stopped twice, killed, rolled and removed; the tests of this folder, of the broker, of the
 * lost slot and of a subscriber; the journeys, the relay, the recipes and the console. Never the whole suite at once.
 */
export const containers: Backend = {
  startKafka: (needs = {}) => startKafkaContainer(needs),

  async startThreeBrokers({ advertisedProxyPorts } = {}) {
    const network = await new Network().start();
    const brokers = await Promise.all(
      [1, 2, 3].map((id) =>
        startKafkaContainer({
          advertisedProxyPort: advertisedProxyPorts?.[id - 1],
          member: { id, size: 3, network },
        }),
      ),
    );
    const allNamed = () => untilEachNamesAll(brokers.map((broker) => Number(broker.bootstrap.split(':')[1])));
    await allNamed();
    return {
      brokers,
      allNamed,
      remove: async () => {
        await Promise.all(brokers.map((broker) => broker.remove()));
        await network.stop();
      },
    };
  },

  async startRegistry() {
    const container = await new LoopbackContainer(images.registry)
      .withExposedPorts(8080)
      .withWaitStrategy(Wait.forHttp('/health/ready', 8080).forStatusCode(200))
      .withStartupTimeout(120_000)
      .start();
    const url = `http://${loopback}:${container.getMappedPort(8080)}/apis/ccompat/v7`;
    return { url, remove: () => removed(container) };
  },

  async startPostgres() {
    const container = await new LoopbackContainer(images.postgres)
      .withExposedPorts(5432)
      .withEnvironment({ POSTGRES_HOST_AUTH_METHOD: 'trust' })
      .withCommand(['postgres', ...asPostgresArguments(postgresSettings({ durable: false }))])
      // Twice: the image starts it once for its own preparations.
      .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
      .start();
    const url = `postgres://postgres@${loopback}:${container.getMappedPort(5432)}/postgres`;
    return { url, remove: () => removed(container) };
  },
};

async function removed(container: StartedTestContainer): Promise<void> {
  const engine = await getContainerRuntimeClient();
  await new ContainerLife(engine.container.getById(container.getId())).remove();
}
