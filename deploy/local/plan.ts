import { join } from 'node:path';
import { nodeOptions, processes, type ProcessRow } from '../../services/platform/processes.ts';
import { projectFolder } from './install/places.mjs';
import { jaegerOnPath } from './jaeger.ts';
import type { LocalPlaces } from './own/configuration.ts';
import type { OwnShop } from './own/shop.ts';
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
  /** Against the user's own shop and ERP; undefined: both are sandboxes. */
  own: OwnShop | undefined;
}

type Settled = Omit<Plan, 'environment'>;

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
  { rows = processes, own }: { rows?: readonly ProcessRow[]; own?: OwnShop | undefined } = {},
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
  const databaseUrl = inherited.DATABASE_URL;
  const secrets = secretsOf(state);
  const plan = { state, secrets, ports, processPorts, jaeger: jaeger || undefined, databaseUrl, own };
  return {
    ...plan,
    environment: { ...environmentOf(plan, inherited), ...commonEnvironment(plan, inherited) },
  };
}

function commonEnvironment({ state, jaeger }: Settled, inherited: NodeJS.ProcessEnv): Record<string, string> {
  // A configured address wins over the Jaeger that we start.
  const otlpUrl =
    inherited.OTEL_EXPORTER_OTLP_ENDPOINT ?? (jaeger && `http://${loopback}:${jaeger.otlpPort}`);
  return {
    ...(otlpUrl ? { OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl } : {}),
    NODE_ENV: 'production',
    NODE_OPTIONS: [inherited.NODE_OPTIONS ?? '', nodeOptions].join(' ').trim(),
    NODE_COMPILE_CACHE: inherited.NODE_COMPILE_CACHE ?? state.compileCache,
  };
}

/** The variables that the configuration names: that of the sandbox, or the user's own with its own values. */
function environmentOf(plan: Settled, inherited: NodeJS.ProcessEnv): Record<string, string> {
  const { ports, secrets, state, own } = plan;
  if (own) return { ...own.variables(inherited), CARTAGE_CONFIG: state.configuration };
  return {
    CARTAGE_CONFIG: join(projectFolder, 'deploy/config/sandbox.yaml'),
    KAFKA_BROKERS: `${loopback}:${ports.kafka}`,
    REGISTRY_URL: `http://${loopback}:${ports.registry}/apis/ccompat/v7`,
    HTTP_HOST: loopback,
    CONSOLE_WITHOUT_LOGIN: 'true',
    MAGENTO_URL: `http://${loopback}:${ports.shop}`,
    MAGENTO_CONSUMER_KEY: secrets.consumerKey,
    MAGENTO_CONSUMER_SECRET: secrets.consumerSecret,
    MAGENTO_ACCESS_TOKEN: secrets.accessToken,
    MAGENTO_ACCESS_TOKEN_SECRET: secrets.accessTokenSecret,
    MAGENTO_ISSUED_ON: new Date().toISOString().slice(0, 10),
    WEBHOOK_HOST: loopback,
    WEBHOOK_PORT: String(ports.webhook),
    WEBHOOK_SECRET: secrets.webhookSecret,
    ERP_DATABASE_URL: erpUrl(plan),
    // The owner of the sandbox ERP: what a marker order needs there its people do, not Cartage.
    ERP_MARKER_URL: plan.databaseUrl ?? `postgres://postgres@${loopback}:${ports.postgres}/erp`,
  };
}

/** The role that the sandbox ERP makes for Cartage; on a server of one's own, the user of its address. */
function erpUrl({ ports, databaseUrl }: Settled): string {
  return databaseUrl ?? `postgres://cartage@${loopback}:${ports.postgres}/erp`;
}

/** What this machine puts into the user's own configuration. */
export function placesOf(plan: Plan): LocalPlaces {
  const { ports, secrets, own } = plan;
  const { webhookSecret, ...credentials } = secrets;
  const shop = {
    magento: { url: `http://${loopback}:${ports.shop}`, credentials },
    webhook: { host: loopback, port: ports.webhook, secrets: [webhookSecret] },
  };
  return {
    brokers: `${loopback}:${ports.kafka}`,
    registryUrl: `http://${loopback}:${ports.registry}/apis/ccompat/v7`,
    httpHost: loopback,
    ...(own?.sandboxes.shop && { shop }),
    ...(own?.sandboxes.erp && { erpUrl: erpUrl(plan) }),
  };
}

/** Variables of the environment that this run does not use, because a sandbox stands there. */
export function overridden({ environment, own }: Plan, inherited: NodeJS.ProcessEnv): string[] {
  if (own) return [];
  return Object.keys(environment).filter(
    (name) =>
      inherited[name] !== undefined && inherited[name] !== environment[name] && !name.startsWith('NODE_'),
  );
}

/** What is printed beside its address: that anybody on this machine may use the page is never left unsaid. */
export const consoleNote = (password: string | undefined): string =>
  password ? '' : '   without log-in, to this machine alone';

export const webhookUrl = ({ ports }: Plan): string => `http://${loopback}:${ports.webhook}/webhooks/orders`;
