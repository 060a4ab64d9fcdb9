import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import avsc from 'avsc';
import { freePort } from '../../../deploy/local/ports.ts';
import { startProcess } from '../../../deploy/local/process.ts';
import type { RunningProcess } from '../../../deploy/local/process.ts';
import { recordProcess } from '../../../deploy/local/records.ts';
import { prices, schemaText, stock } from '../../../schemas/topics.ts';
import type { Stock } from '../../../schemas/types.ts';
import { nodeOptions } from '../../../services/platform/processes.ts';
import { runFolder } from '../../infrastructure/folder.ts';
import type { CdcSide, CdcWorld } from './side.ts';

const project = join(import.meta.dirname, '../../..');
const frameBytes = 5;

/** Each row of `item` is a record; a row of `price_change` leads to a key of the other stream by a way round. */
const streams = {
  stock: {
    topic: stock.topic,
    key: { id: 'int' },
    watch: [{ table: 'item', key: 'id' }],
    query: `select id, source, sku, quantity, sellable from item
      where $keys::int[] is null or id = any($keys::int[])`,
    find: 'select i.id from jsonb_to_recordset($records::jsonb) r(sku text) join item i using (sku)',
  },
  prices: {
    topic: prices.topic,
    key: { id: 'int' },
    watch: [
      {
        table: 'price_change',
        via: `select c.price_id from jsonb_to_recordset($rows::jsonb) r(id int)
          join price_change c on c.id = r.id`,
      },
    ],
    query: `select id, sku, jsonb_build_array(jsonb_build_object('list', 'BASE', 'currency', 'EUR', 'amount', amount)) as prices
      from price where $keys::int[] is null or id = any($keys::int[])`,
    find: 'select p.id from jsonb_to_recordset($records::jsonb) r(sku text) join price p using (sku)',
  },
};

/** Our own: services/erp-ingester as it runs in production. */
export class IngesterSide implements CdcSide {
  readonly name = 'erp-ingester';
  readonly topic = stock.topic;
  readonly aroundTopic = prices.topic;
  readonly #world: CdcWorld;
  readonly #type = avsc.Type.forSchema(JSON.parse(schemaText(stock.topic)), { wrapUnions: 'never' });
  readonly #folder = mkdtempSync(join(runFolder(), 'ingester-'));
  #running: RunningProcess | null = null;

  constructor(world: CdcWorld) {
    this.#world = world;
  }

  get pid(): number {
    return this.#running!.pid;
  }

  async start(): Promise<void> {
    const file = join(this.#folder, 'cartage.yaml');
    writeFileSync(file, JSON.stringify(await this.#config()));
    // The heap that Node gives itself in the ingester's container. For whoever looks where the time goes:
    // BENCH_NODE_OPTIONS='--cpu-prof --cpu-prof-dir=/tmp/profile'.
    const options = `${nodeOptions} --max-old-space-size=192 ${process.env.BENCH_NODE_OPTIONS ?? ''}`;
    this.#running = await startProcess({
      name: this.name,
      command: process.execPath,
      args: [join(project, 'services/erp-ingester/main.ts')],
      env: { ...process.env, CARTAGE_CONFIG: file, NODE_ENV: 'production', NODE_OPTIONS: options },
      logFile: join(this.#folder, 'log'),
      onSpawn: (pid) => recordProcess(join(runFolder(), 'processes'), this.name, pid),
    });
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = null;
  }

  committedAt(value: Buffer): number | null {
    return (this.#type.fromBuffer(value.subarray(frameBytes)) as Stock).occurredAt;
  }

  async #config(): Promise<object> {
    const { bootstrap, registryUrl, databaseUrl } = this.#world;
    return {
      instance: 'bench',
      kafka: { brokers: [bootstrap], replicationFactor: 1, registry: { url: registryUrl } },
      http: { host: '127.0.0.1', port: await freePort() },
      fulfilments: { since: '2026-01-01T00:00:00Z', carriers: {} },
      erp: { connection: { url: databaseUrl }, slot: 'bench_cartage', streams },
    };
  }
}
