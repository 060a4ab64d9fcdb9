/** The relay as it runs in its container: its own process, its own main.ts, the memory of the manifest. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answersOk } from '../../deploy/local/http-get.ts';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { freePort } from '../../deploy/local/ports.ts';
import { startProcess } from '../../deploy/local/process.ts';
import type { RunningProcess } from '../../deploy/local/process.ts';
import { nodeOptions, processes } from '../../services/platform/processes.ts';
import { ordersConfig, platformConfig } from '../orders/support.ts';
import type { RunningShop } from '../sandbox/shop/index.ts';
import { webhookSecret } from './sender.ts';

/** Of its container. */
export const memoryLimitMiB = processes.find(({ name }) => name === 'order-relay')!.memoryMiB.limit;

export interface RelayProcess {
  running: RunningProcess;
  webhookPort: number;
  httpPort: number;
  /** Of its resident memory so far; Linux counts it. */
  peakMiB(): number;
  /** Of its counter of deliveries: number by `code reason`. */
  answers(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

export interface RelayOptions {
  instance: string;
  shop: RunningShop;
  webhookPort?: number;
  httpPort?: number;
  webhook?: object;
}

export async function startRelay(options: RelayOptions): Promise<RelayProcess> {
  const { instance, shop, webhookPort = await freePort(), httpPort = await freePort() } = options;
  const folder = await mkdtemp(join(tmpdir(), 'cartage-edge-'));
  const file = join(folder, 'cartage.yaml');
  const config = {
    ...platformConfig(instance),
    http: { host: '127.0.0.1', port: httpPort },
    magento: { url: shop.url, credentials: shop.credentials, deadlineMs: 4_000 },
    webhook: { host: '127.0.0.1', port: webhookPort, secrets: [webhookSecret], ...options.webhook },
    orders: ordersConfig(),
  };
  // JSON is YAML too.
  await writeFile(file, JSON.stringify(config));
  const running = await startProcess({
    name: 'order-relay',
    command: process.execPath,
    // What Node takes for its heap by itself in a container of that size: half of it.
    args: [`--max-old-space-size=${memoryLimitMiB / 2}`, join(projectFolder, 'services/order-relay/main.ts')],
    env: { ...process.env, CARTAGE_CONFIG: file, NODE_ENV: 'production', NODE_OPTIONS: nodeOptions },
    ready: () => answersOk(`http://127.0.0.1:${httpPort}/readyz`),
    readyWithinMs: 60_000,
  });
  return {
    running,
    webhookPort,
    httpPort,
    peakMiB: () => peakMiBOf(running.pid),
    answers: () => answersOf(httpPort),
    close: async () => {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function peakMiBOf(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}

async function answersOf(httpPort: number): Promise<Record<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
  const series = text.matchAll(/^cartage_webhooks_total\{(.*)\} (\d+)$/gm);
  const label = (labels: string, name: string) => new RegExp(`${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
  return Object.fromEntries(
    [...series].map(([, labels, count]) => [
      `${label(labels!, 'code')} ${label(labels!, 'reason')}`,
      Number(count),
    ]),
  );
}
