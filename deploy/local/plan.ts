import { join } from 'node:path';
import { processes, type ProcessRow } from '../../services/platform/processes.ts';
import { projectFolder } from './install/places.mjs';
import { jaegerOnPath } from './jaeger.ts';
import { freePort, loopback } from './ports.ts';
import { secretsOf, type Secrets, type StateFolder } from './state.ts';

/** Where everything will listen and what it is told, settled before anything starts: the shop, for one, must
 * know the relay's address although it starts first. */
export interface Plan {
  state: StateFolder;
  secrets: Secrets;
  ports: Record<'kafka' | 'registry' | 'postgres' | 'shop' | 'erp' | 'webhook', number>;
  /** Of our own processes, by name. */
  processPorts: ReadonlyMap<string, number>;
  jaeger: { command: string; port: number; otlpPort: number } | undefined;
  /** A database server of the user's own, in place of ours. */
  databaseUrl: string | undefined;
  /** What our processes and the command line are told beside what they inherit. */
  environment: Record<string, string>;
}

const preferred = {
  kafka: 9092,
  registry: 8081,
  postgres: 5432,
  shop: 8001,
  erp: 8002,
  others: 8010,
};

export async function makePlan(
  state: StateFolder,
  inherited: NodeJS.ProcessEnv = process.env,
  rows: readonly ProcessRow[] = processes,
): Promise<Plan> {
  const ports = {
    kafka: await freePort(preferred.kafka),
    registry: await freePort(preferred.registry),
    postgres: await freePort(preferred.postgres),
    shop: await freePort(preferred.shop),
    erp: await freePort(preferred.erp),
    webhook: await freePort(rows.find(({ called }) => called?.port === 'webhook')?.called?.onHost),
  };
  const processPorts = new Map<string, number>();
  for (const { name, called } of rows) {
    const port = called?.port === 'http' ? called.onHost : preferred.others + processPorts.size;
    processPorts.set(name, await freePort(port));
  }
  const command = jaegerOnPath(inherited.PATH);
  const jaeger = command && { command, port: await freePort(16_686), otlpPort: await freePort(4318) };
  const plan = { state, secrets: secretsOf(state), ports, processPorts, jaeger: jaeger || undefined };
  const databaseUrl = inherited.DATABASE_URL;
  return { ...plan, databaseUrl, environment: environmentOf({ ...plan, databaseUrl }, inherited) };
}

/** The variables that deploy/config/sandbox.yaml names. */
export function environmentOf(
  plan: Omit<Plan, 'environment'>,
  inherited: NodeJS.ProcessEnv,
): Record<string, string> {
  const { ports, secrets, state, jaeger, databaseUrl } = plan;
  // A configured address wins over the Jaeger that we start.
  const otlpUrl =
    inherited.OTEL_EXPORTER_OTLP_ENDPOINT ?? (jaeger && `http://${loopback}:${jaeger.otlpPort}`);
  return {
    CARTAGE_CONFIG: inherited.CARTAGE_CONFIG ?? join(projectFolder, 'deploy/config/sandbox.yaml'),
    KAFKA_BROKERS: `${loopback}:${ports.kafka}`,
    REGISTRY_URL: `http://${loopback}:${ports.registry}/apis/ccompat/v7`,
    HTTP_HOST: loopback,
    MAGENTO_URL: `http://${loopback}:${ports.shop}`,
    MAGENTO_CONSUMER_KEY: secrets.consumerKey,
    MAGENTO_CONSUMER_SECRET: secrets.consumerSecret,
    MAGENTO_ACCESS_TOKEN: secrets.accessToken,
    MAGENTO_ACCESS_TOKEN_SECRET: secrets.accessTokenSecret,
    WEBHOOK_HOST: loopback,
    WEBHOOK_PORT: String(ports.webhook),
    WEBHOOK_SECRET: secrets.webhookSecret,
    // The role that the sandbox ERP makes for Cartage; on a server of one's own, the user of its address.
    ERP_DATABASE_URL: databaseUrl ?? `postgres://cartage@${loopback}:${ports.postgres}/erp`,
    ...(otlpUrl ? { OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl } : {}),
    NODE_ENV: 'production',
    NODE_COMPILE_CACHE: state.compileCache,
  };
}

export const webhookUrl = ({ ports }: Plan): string => `http://${loopback}:${ports.webhook}/webhooks/orders`;
