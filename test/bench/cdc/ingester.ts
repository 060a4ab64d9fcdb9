import avsc from 'avsc';
import type { RunningProcess } from '../../../deploy/local/process.ts';
import { prices, schemaText, stock } from '../../../schemas/topics.ts';
import type { Stock } from '../../../schemas/types.ts';
import { startOwnProcess } from '../own-process.ts';
import type { CdcSide, CdcWorld } from './side.ts';

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
  readonly knowsKeys = true;
  readonly #world: CdcWorld;
  readonly #program: string | undefined;
  readonly #type = avsc.Type.forSchema(JSON.parse(schemaText(stock.topic)), { wrapUnions: 'never' });
  #running: RunningProcess | null = null;

  /** @param program from its sources where none is named. */
  constructor(world: CdcWorld, program?: string) {
    this.#world = world;
    this.#program = program;
  }

  get pid(): number {
    return this.#running!.pid;
  }

  async start(): Promise<void> {
    const config = {
      fulfilments: { since: '2026-01-01T00:00:00Z', carriers: {} },
      erp: { connection: { url: this.#world.databaseUrl }, slot: 'bench_cartage', streams },
    };
    this.#running = await startOwnProcess(this.name, this.#world, config, this.#program);
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = null;
  }

  committedAt(value: Buffer): number | null {
    return (this.#type.fromBuffer(value.subarray(frameBytes)) as Stock).occurredAt;
  }
}
