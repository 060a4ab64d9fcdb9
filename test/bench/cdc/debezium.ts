import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder, stateFolder } from '../../../deploy/local/install/places.mjs';
import { runInstaller } from '../../../deploy/local/install/run-installer.mjs';
import { javaCommand } from '../../../deploy/local/java.ts';
import { freePort } from '../../../deploy/local/ports.ts';
import { startProcess } from '../../../deploy/local/process.ts';
import type { RunningProcess } from '../../../deploy/local/process.ts';
import { recordProcess } from '../../../deploy/local/records.ts';
import { runFolder } from '../../infrastructure/folder.ts';
import type { CdcSide, CdcWorld } from './side.ts';

const pom = join(import.meta.dirname, 'pom.xml');

/** Fetches it where it has never been; the digest of the pom names the folder, so other versions are another one. */
export async function debeziumLibraries(say: (text: string) => void): Promise<string> {
  const digest = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12);
  const folder = join(stateFolder, 'bench', `debezium-${digest}`);
  if (!existsSync(folder)) {
    say('fetching Debezium and Kafka Connect through Maven (about 40 MB)');
    const filling = `${folder}.${process.pid}`;
    mkdirSync(filling, { recursive: true });
    await runInstaller('Maven', 'mvn', ['-U', '-q', '-f', pom, `-Dtarget=${filling}`, 'generate-resources'], {
      cwd: projectFolder,
      help: 'Check that Maven Central can be reached (mirrors and proxies: ~/.m2/settings.xml).',
    });
    rmSync(folder, { recursive: true, force: true });
    renameSync(filling, folder);
  }
  return join(folder, 'libs');
}

/** What connect-standalone.sh of the release gives the JVM. */
const javaFlags = [
  '-Xms256M',
  '-Xmx2G',
  '-server',
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=20',
  '-XX:InitiatingHeapOccupancyPercent=35',
];

/** The peer: the PostgreSQL connector of Debezium in Kafka Connect (standalone), tuned. */
export class DebeziumSide implements CdcSide {
  readonly name = 'Debezium';
  readonly topic = 'debezium.public.item';
  readonly aroundTopic = null;
  readonly knowsKeys = false;
  readonly #world: CdcWorld;
  readonly #libraries: string;
  readonly #folder = mkdtempSync(join(runFolder(), 'debezium-'));
  #running: RunningProcess | null = null;

  constructor(world: CdcWorld, libraries: string) {
    this.#world = world;
    this.#libraries = libraries;
  }

  get pid(): number {
    return this.#running!.pid;
  }

  async start(): Promise<void> {
    const worker = this.#write('worker.properties', {
      'bootstrap.servers': this.#world.bootstrap,
      listeners: `http://127.0.0.1:${await freePort()}`,
      'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'key.converter.schemas.enable': false,
      'value.converter.schemas.enable': false,
      'offset.storage.file.filename': join(this.#folder, 'offsets'),
      'offset.flush.interval.ms': 1_000,
      'producer.batch.size': 524_288,
      'producer.linger.ms': 5,
    });
    const url = new URL(this.#world.databaseUrl);
    const connector = this.#write('connector.properties', {
      name: 'bench',
      'connector.class': 'io.debezium.connector.postgresql.PostgresConnector',
      'tasks.max': 1,
      'topic.prefix': 'debezium',
      'database.hostname': url.hostname,
      'database.port': url.port,
      'database.user': url.username,
      'database.password': url.password,
      'database.dbname': url.pathname.slice(1),
      'plugin.name': 'pgoutput',
      'slot.name': 'bench_debezium',
      'table.include.list': 'public.item',
      'publication.autocreate.mode': 'filtered',
      'max.batch.size': 8_192,
      'max.queue.size': 65_536,
      'poll.interval.ms': 5,
      'snapshot.fetch.size': 20_000,
    });
    const classes = ['-cp', `${this.#libraries}/*`, 'org.apache.kafka.connect.cli.ConnectStandalone'];
    const logging = join(projectFolder, 'deploy/local/log4j2.xml');
    this.#running = await startProcess({
      name: this.name,
      command: javaCommand(),
      args: [...javaFlags, `-Dlog4j2.configurationFile=${logging}`, ...classes, worker, connector],
      logFile: join(this.#folder, 'log'),
      onSpawn: (pid) => recordProcess(join(runFolder(), 'processes'), this.name, pid),
      stopWithinMs: 30_000,
    });
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = null;
  }

  committedAt(value: Buffer): number | null {
    const { op, source } = JSON.parse(value.toString()) as { op: string; source: { ts_ms: number } };
    return op === 'r' ? null : source.ts_ms;
  }

  #write(name: string, properties: Record<string, string | number | boolean>): string {
    const file = join(this.#folder, name);
    writeFileSync(
      file,
      Object.entries(properties)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    );
    return file;
  }
}
