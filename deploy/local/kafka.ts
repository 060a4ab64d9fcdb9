import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { classArchive, javaCommand, javaFlags, javaProgram } from './java.ts';
import { formatStorage } from './kafka-format.ts';
import { namedBrokers } from './kafka-metadata.ts';
import { freePort, loopback } from './ports.ts';
import { hooksOf, startProcess, type ProcessHooks, type RunningProcess } from './process.ts';
import { kafkaSettings, type Settings } from './settings.ts';

export interface KafkaOptions extends ProcessHooks {
  /** Its state. An empty folder becomes a new broker, one of an earlier start is resumed. */
  dir: string;
  /** A free one is taken when left out. */
  port?: number;
  /**
   * A second listener that tells clients to come to this port instead: that of a proxy in front of it.
   * (Clients learn broker addresses from the broker itself, so a proxy that is not advertised is left at once.)
   */
  advertisedProxyPort?: number;
  /** Its place in a cluster; left out, it is alone. */
  member?: ClusterMember;
  /** Besides the usual ones, or in their place. */
  settings?: Settings;
}

/** One of several brokers that are also the controllers of their cluster. */
export interface ClusterMember {
  /** From 1 on; the broker's id. */
  id: number;
  /** Of all members, in the order of their ids. */
  controllerPorts: readonly number[];
}

export interface Kafka {
  readonly bootstrap: string;
  readonly port: number;
  /** Where the proxy forwards to; only with `advertisedProxyPort`. */
  readonly proxiedPort: number | undefined;
  readonly pid: number;
  /** Of the run that goes on now. */
  readonly process: RunningProcess;
  stop(): Promise<void>;
  /** `kill -9`, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same ports and the same data, stopping it first if it runs. */
  restart(): Promise<void>;
}

/**
 * Apache Kafka 4.3.1 as one process (KRaft, broker and controller in one), on loopback. Ready when it names itself.
 * Members of a cluster are started side by side: none is ready before more than half of them run.
 */
export async function startKafka(options: KafkaOptions): Promise<Kafka> {
  const port = options.port ?? (await freePort());
  const proxiedPort = options.advertisedProxyPort === undefined ? undefined : await freePort();
  const member = options.member ?? { id: 1, controllerPorts: [await freePort()] };
  const settings = serverProperties({ ...options, port, proxiedPort, member });

  mkdirSync(options.dir, { recursive: true });
  const propertiesFile = join(options.dir, 'server.properties');
  writeFileSync(propertiesFile, settings);
  await formatOnce(options.dir, propertiesFile, member.id);

  let running = await run(options, port, propertiesFile);
  return {
    bootstrap: `${loopback}:${port}`,
    port,
    proxiedPort,
    get pid() {
      return running.process.pid;
    },
    get process() {
      return running.process;
    },
    stop: () => running.stop(),
    kill: async () => {
      await running.process.kill();
    },
    restart: async () => {
      await running.stop();
      running = await run(options, port, propertiesFile);
    },
  };
}

async function run(options: KafkaOptions, port: number, propertiesFile: string) {
  const archive = await classArchive('kafka');
  const process = await startProcess({
    name: 'Kafka',
    command: javaCommand(),
    args: [
      ...javaFlags,
      ...archive.flags,
      `-Dlog4j2.configurationFile=${join(import.meta.dirname, 'log4j2.xml')}`,
      '-cp',
      `${javaProgram('kafka')}/*`,
      'kafka.Kafka',
      propertiesFile,
    ],
    ready: async () => (await namedBrokers(loopback, port)).some((broker) => broker.port === port),
    readyWithinMs: 120_000,
    stopWithinMs: 30_000,
    help: `If its data were damaged, begin anew (npm start -- --fresh). Data: ${options.dir}`,
    ...hooksOf(options),
  });
  const stop = async () => {
    await process.stop();
    archive.keep();
  };
  return { process, stop };
}

/** The stamp comes last: a folder whose formatting was interrupted is emptied and formatted again. */
async function formatOnce(dir: string, propertiesFile: string, nodeId: number): Promise<void> {
  const stamp = join(dir, 'formatted');
  if (existsSync(stamp)) return;
  rmSync(join(dir, 'data'), { recursive: true, force: true });
  await formatStorage(join(dir, 'data'), propertiesFile, nodeId);
  writeFileSync(stamp, '');
}

interface Listening {
  dir: string;
  port: number;
  member: ClusterMember;
  proxiedPort: number | undefined;
  advertisedProxyPort?: number;
  settings?: Settings;
}

function serverProperties(listening: Listening): string {
  const { dir, port, member, proxiedPort, advertisedProxyPort } = listening;
  const { id, controllerPorts } = member;
  const voters = controllerPorts.map((controllerPort, index) => `${index + 1}@${loopback}:${controllerPort}`);
  const proxied = proxiedPort === undefined ? '' : `,PROXIED://${loopback}:${proxiedPort}`;
  const advertised = proxiedPort === undefined ? '' : `,PROXIED://${loopback}:${advertisedProxyPort}`;
  const settings: Settings = {
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': voters.join(','),
    listeners: `PLAINTEXT://${loopback}:${port},CONTROLLER://${loopback}:${controllerPorts[id - 1]}${proxied}`,
    'advertised.listeners': `PLAINTEXT://${loopback}:${port}${advertised}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': join(dir, 'data'),
    ...kafkaSettings(controllerPorts.length),
    ...listening.settings,
  };
  return `${Object.entries(settings)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')}\n`;
}
