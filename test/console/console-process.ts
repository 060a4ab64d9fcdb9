/** The console as its own process on the shared broker, in an instance of its own, and a bus to write what it reads. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { mainOf } from '../../deploy/local/ours.ts';
import { connectKafka } from '../../services/platform/kafka/connect.ts';
import type { Bus, KafkaOptions } from '../../services/platform/kafka/types.ts';
import { sharedKafka, sharedRegistry } from '../infrastructure/main.ts';

export interface ConsoleProcess {
  url: string;
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
}

/** Test files share the topics: what this instance's groups write is known by its name alone. */
export const newInstance = (): string => `console-${randomBytes(4).toString('hex')}`;

export const kafkaOptions = (instance: string): KafkaOptions => ({
  brokers: [sharedKafka()],
  clientId: `test-${instance}`,
  registry: { url: sharedRegistry() },
  source: `cartage/${instance}/test`,
  log: { info: () => undefined, warn: () => undefined, error: (_fields, message) => console.error(message) },
});

export const openBus = (instance: string): Bus => connectKafka(kafkaOptions(instance));

/** Resolves when it says that it listens. */
export async function startConsoleProcess(
  instance: string,
  login: object = { withoutLogin: true },
): Promise<ConsoleProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'cartage-console-'));
  const file = join(folder, 'cartage.yaml');
  writeFileSync(file, configurationOf(instance, login));
  const child = spawn(process.execPath, [mainOf('console')], {
    env: { ...process.env, CARTAGE_CONFIG: file },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const said: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(line);
      const { msg, url } = JSON.parse(line) as { msg?: string; url?: string };
      if (msg === 'started' && url) resolve(url);
    });
    void exited.then(([code]) => reject(new Error(`console exited with ${code}:\n${said.join('\n')}`)));
  });
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM');
      const [code] = await exited;
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}

/** Nobody listens there: what is asked live fails, and the rest is shown all the same. */
const nowhere = 'http://127.0.0.1:1';

function configurationOf(instance: string, login: object): string {
  const secret = 'not-asked-for';
  const credentials = {
    consumerKey: secret,
    consumerSecret: secret,
    accessToken: secret,
    accessTokenSecret: secret,
  };
  return JSON.stringify({
    instance,
    magento: { url: nowhere, credentials },
    orders: { since: '2020-01-01T00:00:00Z', payments: {}, shipping: {}, stores: { default: {} } },
    stock: { sources: { WH: 'main' } },
    fulfilments: { since: '2020-01-01T00:00:00Z', carriers: {} },
    erp: {
      connection: { url: 'postgres://nobody@127.0.0.1:1/none' },
      streams: {},
    },
    kafka: { brokers: [sharedKafka()], replicationFactor: 1, registry: { url: sharedRegistry() } },
    http: { host: '127.0.0.1', port: 0 },
    console: login,
    flows: { shipments: 'dry', catalog: 'off' },
  });
}
