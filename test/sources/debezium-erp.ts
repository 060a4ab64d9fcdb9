/** The ERPs of the other sources, told by Debezium. */
import { DebeziumConnector } from './debezium-connector.ts';
import { mariadbErp } from './mariadb-erp.ts';
import { kinds, postgresErp } from './postgres-erp.ts';
import type { ErpUnderTest } from './source-suite.ts';

type Quantities = Readonly<Record<string, number | null>>;

export async function debeziumOnPostgres(): Promise<ErpUnderTest> {
  const connector = await DebeziumConnector.open();
  const source = { kind: 'debezium', topics: { balance: connector.topic } };
  const erp = await postgresErp({ ...kinds.log, source });
  const stands = new Set<string>();
  const put = async (quantities: Quantities) => {
    for (const [sku, quantity] of Object.entries(quantities)) {
      const txId = await erp.putIn(sku, quantity);
      const row = {
        warehouse: 'main',
        sku,
        on_hand: quantity === null ? null : String(quantity),
        write_date: null,
      };
      await connector.tell(sku, changeOf(stands, sku, row, quantity, txId));
    }
  };
  return toldBy(connector, { ...erp, put }, (quantities) => erp.put(quantities));
}

export async function debeziumOnMariadb(url: string): Promise<ErpUnderTest> {
  const connector = await DebeziumConnector.open();
  const source = {
    kind: 'debezium',
    topics: { Artikel: connector.topic },
    proof: 'position',
  };
  const erp = await mariadbErp(url);
  const stands = new Set<string>();
  const put = async (quantities: Quantities) => {
    for (const [sku, quantity] of Object.entries(quantities)) {
      const known = await erp.idOf(sku);
      await erp.put({ [sku]: quantity });
      const id = known ?? (await erp.idOf(sku));
      const row = { ArtId: id, ArtNr: sku };
      const origin = await erp.logged();
      if (id !== null) await connector.tell(sku, { ...changeOf(stands, sku, row, quantity), origin });
    }
  };
  const { streams, connection } = erp.config as { streams: { stock: object }; connection: object };
  const stock = { ...streams.stock, watch: [{ table: 'Artikel', key: 'ArtId' }] };
  return toldBy(
    connector,
    { ...erp, config: { connection, source, streams: { stock } }, put },
    (quantities) => erp.put(quantities),
  );
}

function changeOf(
  stands: Set<string>,
  sku: string,
  row: Readonly<Record<string, unknown>>,
  quantity: number | null,
  txId?: string,
) {
  const before = stands.has(sku) || quantity === null ? row : null;
  if (quantity === null) stands.delete(sku);
  else stands.add(sku);
  return { before, after: quantity === null ? null : row, ...(txId !== undefined && { txId }) };
}

function toldBy(
  connector: DebeziumConnector,
  erp: ErpUnderTest,
  putUntold: ErpUnderTest['put'],
): ErpUnderTest {
  return {
    ...erp,
    bus: connector.bus,
    makeGap: async (quantities) => {
      await connector.recreateTopic();
      await putUntold(quantities);
    },
    remove: async () => {
      await connector.close();
      await erp.remove();
    },
  };
}
