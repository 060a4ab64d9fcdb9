import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startKafka, type Kafka } from '../../deploy/local/kafka.ts';
import { freePort } from '../../deploy/local/ports.ts';
import { removePostgres, startPostgres } from '../../deploy/local/postgres.ts';
import { recordProcess } from '../../deploy/local/records.ts';
import { startRegistry } from '../../deploy/local/registry.ts';
import type { Backend, TestBroker } from './backend.ts';
import { untilEachNamesAll } from './cluster-ready.ts';
import { runFolder } from './folder.ts';

/** Local processes, each with a folder of its own that goes with it. What `npm start` runs, started the same way. */
export const local: Backend = {
  async startKafka(needs = {}) {
    const dir = newFolder('kafka');
    const kafka = await startKafka({ dir, ...needs, ...notes(dir, 'Kafka') });
    return {
      ...brokerOf(kafka),
      remove: async () => {
        await kafka.stop();
        rmSync(dir, { recursive: true, force: true });
      },
    };
  },

  async startThreeBrokers({ advertisedProxyPorts } = {}) {
    const dir = newFolder('three-brokers');
    const controllerPorts = [await freePort(), await freePort(), await freePort()];
    const nodes = await Promise.all(
      [1, 2, 3].map((id) => {
        const own = join(dir, String(id));
        const advertisedProxyPort = advertisedProxyPorts?.[id - 1];
        const member = { id, controllerPorts };
        return startKafka({ dir: own, member, advertisedProxyPort, ...notes(own, `Kafka broker ${id}`) });
      }),
    );
    const allNamed = () => untilEachNamesAll(nodes.map((node) => node.port));
    await allNamed();
    return {
      brokers: nodes.map(brokerOf),
      allNamed,
      remove: async () => {
        // Nobody is left to hand over to, so a polite end would only take longer.
        await Promise.all(nodes.map((node) => node.kill()));
        rmSync(dir, { recursive: true, force: true });
      },
    };
  },

  async startRegistry() {
    const dir = newFolder('registry');
    const registry = await startRegistry(notes(dir, 'Schema registry'));
    return {
      url: registry.url,
      remove: async () => {
        await registry.stop();
        rmSync(dir, { recursive: true, force: true });
      },
    };
  },

  async startPostgres() {
    const dir = newFolder('postgres');
    const postgres = await startPostgres({ dir, durable: false, ...notes(dir, 'PostgreSQL') });
    return {
      url: postgres.url,
      remove: async () => {
        await postgres.stop();
        removePostgres(dir);
      },
    };
  },
};

function brokerOf(kafka: Kafka): TestBroker {
  return {
    bootstrap: kafka.bootstrap,
    proxiedPort: kafka.proxiedPort,
    stop: () => kafka.stop(),
    kill: () => kafka.kill(),
    restart: () => kafka.restart(),
  };
}

function newFolder(name: string): string {
  const folder = mkdtempSync(join(runFolder(), `${name}-`));
  // PostgreSQL runs as another user when we are root, and has to get through.
  chmodSync(folder, 0o755);
  return folder;
}

/** Each process is written down, so that the next run can end what a killed one has left. */
function notes(dir: string, name: string) {
  return {
    logFile: join(dir, 'log'),
    onSpawn: (pid: number) => recordProcess(join(runFolder(), 'processes'), name, pid),
  };
}
