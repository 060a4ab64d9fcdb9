import { Client } from 'pg';

/**
 * The ERP of the benchmark and what happens in it. All is done inside the server by one session: on a machine with few
 * processors a client that sent each transaction by itself would take from the sides what is to be measured.
 */
export class BenchErp {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  static async open(url: string, items: number, prices: number): Promise<BenchErp> {
    const client = new Client({ connectionString: url });
    await client.connect();
    await client.query(`
      create table item (id int primary key, source text not null, sku text not null, quantity numeric not null,
        sellable boolean not null, name text, reorder_point numeric, bin text, counted_at timestamptz, note text);
      create table price (id int primary key, sku text not null, amount numeric not null);
      create table price_change (id int primary key, price_id int not null, at timestamptz);
      ${insertItems(1, items)};
      insert into price select id, 'SKU-' || lpad(id::text, 7, '0'), 10 from generate_series(1, ${prices}) id;
      insert into price_change select id, id, null from generate_series(1, ${prices}) id;
      create index on item (sku)`);
    // What this leaves to be done later must not be done while one of the sides is measured, and not the other.
    await client.query('vacuum analyze');
    await client.query('checkpoint');
    return new BenchErp(client);
  }

  close(): Promise<void> {
    return this.#client.end();
  }

  /** Of the server itself, parent of all its processes. */
  async serverPid(): Promise<number> {
    const { rows } = await this.#client.query<{ pid: number }>(
      `select (string_to_array(pg_read_file('postmaster.pid'), e'\\n'))[1]::int as pid`,
    );
    return rows[0]!.pid;
  }

  /** By one transaction. */
  async grow(from: number, to: number): Promise<void> {
    await this.#client.query(insertItems(from + 1, to));
  }

  async changeOne(): Promise<void> {
    await this.#client.query('update item set quantity = quantity + 1 where id = 1');
  }

  /** One transaction. @returns when it was committed, wall clock. */
  async changeAtOnce(rows: number): Promise<number> {
    await this.#client.query(`update item set quantity = quantity + 1 where id <= ${rows}`);
    return Date.now();
  }

  /** As many transactions of one row each, of different keys, as fast as the server makes them. */
  async changeOneByOne(count: number): Promise<void> {
    await this.#transactions(count, 'update item set quantity = quantity + 1 where id = n', null);
  }

  /** The same at a pace. */
  async changePaced(count: number, perSecond: number): Promise<void> {
    await this.#transactions(count, 'update item set quantity = quantity + 1 where id = n', perSecond);
  }

  /** Transactions of which only a row that leads to the key by a way round is watched. */
  async changeAround(count: number): Promise<void> {
    const change = 'update price set amount = amount + 1 where id = n';
    await this.#transactions(
      count,
      `${change}; update price_change set at = now() where price_id = n and id = n`,
      null,
    );
  }

  async #transactions(count: number, statement: string, perSecond: number | null): Promise<void> {
    const pace =
      perSecond === null
        ? ''
        : `perform pg_sleep(extract(epoch from begun + n * interval '1 second' / ${perSecond} - clock_timestamp()));`;
    await this.#client.query(
      `do $$ declare begun timestamptz := clock_timestamp();
       begin for n in 1..${count} loop ${statement}; commit; ${pace} end loop; end $$`,
    );
  }
}

function insertItems(first: number, last: number): string {
  return `insert into item select id, 'WH1', 'SKU-' || lpad(id::text, 7, '0'), id % 100, true, 'Item number ' || id, 5,
    'A-' || id % 50, now(), null from generate_series(${first}, ${last}) id`;
}
