/**
 * The one seam through which tests get a broker, a registry and a database.
 *
 * Shared ones for a whole run (`sharedKafka()` …, addresses) cost nothing; a test that stops, kills or proxies
 * a broker starts its own. Two back ends: local processes, and containers with
 * `CARTAGE_TEST_INFRASTRUCTURE=containers`.
 */
import type {
  Backend,
  KafkaNeeds,
  TestKafka,
  TestPostgres,
  TestRegistry,
  ThreeBrokerNeeds,
  ThreeBrokers,
} from './backend.ts';

export type {
  Backend,
  KafkaNeeds,
  TestBroker,
  TestKafka,
  TestPostgres,
  TestRegistry,
  ThreeBrokerNeeds,
  ThreeBrokers,
} from './backend.ts';
export { startKafkaProxy, type KafkaProxy, type ProduceAnswer } from './kafka-proxy.ts';
export { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
export { freshDatabase, sharedKafka, sharedPostgres, sharedRegistry, type FreshDatabase } from './shared.ts';

export const startKafka = async (needs?: KafkaNeeds): Promise<TestKafka> =>
  (await backend()).startKafka(needs);
export const startThreeBrokers = async (needs?: ThreeBrokerNeeds): Promise<ThreeBrokers> =>
  (await backend()).startThreeBrokers(needs);
export const startRegistry = async (): Promise<TestRegistry> => (await backend()).startRegistry();
export const startPostgres = async (): Promise<TestPostgres> => (await backend()).startPostgres();

async function backend(): Promise<Backend> {
  const chosen = process.env.CARTAGE_TEST_INFRASTRUCTURE ?? 'local';
  if (chosen === 'local') return (await import('./local.ts')).local;
  if (chosen === 'containers') return (await import('./containers.ts')).containers;
  throw new Error(`CARTAGE_TEST_INFRASTRUCTURE=${chosen}: it is "local" (default) or "containers".`);
}
