/** What the tests of the order flow share: Cartage's processes as in production, and readers of what they write. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Contract } from '../../schemas/topics.ts';
import { cursors, orders, outcomes, parked, refresh } from '../../schemas/topics.ts';
import type { Order, Outcome, Parked } from '../../schemas/types.ts';
import { connectKafka } from '../../services/platform/kafka/connect.ts';
import { groupOf } from '../../services/platform/groups.ts';
import type { Bus, KafkaOptions, Received } from '../../services/platform/kafka/types.ts';
import { sharedKafka, sharedRegistry } from '../infrastructure/main.ts';

const webhookSecret = `whsec_${Buffer.from('the secret of the order tests').toString('base64')}`;

/** A shop instance of its own: others work on the same topics at the same time. */
export const ownInstance = (): string => `orders-${randomBytes(4).toString('hex')}`;

export function kafkaOptions(instance: string): KafkaOptions {
  const quiet = () => undefined;
  return {
    brokers: [sharedKafka()],
    clientId: 'order-tests',
    registry: { url: sharedRegistry() },
    source: `cartage/${instance}/test`,
    log: { info: quiet, warn: quiet, error: quiet },
  };
}

/** What this instance's processes write, as it comes. */
export interface Witness {
  bus: Bus;
  orders: Received<Order>[];
  outcomes: Outcome[];
  /** By the key of the record. */
  parked: Map<string, Parked>;
  requests: string[];
  /** Where each sweep is. */
  cursors: Map<string, string>;
  close(): Promise<void>;
}

export async function openWitness(instance: string): Promise<Witness> {
  const bus = connectKafka(kafkaOptions(instance));
  const witness: Witness = {
    bus,
    orders: [],
    outcomes: [],
    parked: new Map(),
    requests: [],
    cursors: new Map(),
    close: () => bus.close(),
  };
  const sinceMs = Date.now() - 5_000;
  const follow = <Value>(contract: Contract<Value>, onRecord: (record: Received<Value>) => void) =>
    bus.readAll(contract, {
      sinceMs,
      onRecord: (record) => {
        if (record.key.includes(`${instance}/`)) onRecord(record);
      },
    });
  // Processes of other test files read the same topics, and say of our orders that they are not theirs.
  const isOurs = ({ group }: { group: string }) => group.startsWith(groupOf(instance, ''));
  await Promise.all([
    follow(orders, (record) => witness.orders.push(record)),
    follow(outcomes, ({ value }) => value && isOurs(value) && witness.outcomes.push(value)),
    follow(parked, ({ value }) => value && isOurs(value) && witness.parked.set(value.key ?? '', value)),
    follow(cursors, ({ value }) => value && witness.cursors.set(value.source, value.position)),
    follow(refresh, ({ value }) => value && witness.requests.push(`${value.reason} ${value.key}`)),
  ]);
  return witness;
}

export interface RunningProcess {
  pid: number;
  /** Lines of its log. */
  lines: Record<string, unknown>[];
  /** Of the first line with this message. */
  logged(message: string): Promise<Record<string, unknown>>;
  /** SIGSTOP, as a suspended machine, and SIGCONT. */
  signal(signal: NodeJS.Signals): void;
  /** As a crash would. */
  kill(): Promise<void>;
  /** As an operator would; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Of this test file, so that a wait in vain can show what they said. */
const running: { name: string; lines: Record<string, unknown>[] }[] = [];

/** Runs a process of Cartage as it runs in production: its own main.ts, its own configuration file. */
export async function startProcess(name: string, config: object): Promise<RunningProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'cartage-orders-'));
  const file = join(folder, 'cartage.yaml');
  // JSON is YAML too.
  await writeFile(file, JSON.stringify(config));
  const child: ChildProcess = spawn(process.execPath, [join('services', name, 'main.ts')], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, CARTAGE_CONFIG: file, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: Record<string, unknown>[] = [];
  running.push({ name, lines });
  const errors: string[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => lines.push(parsed(line)));
  createInterface({ input: child.stderr! }).on('line', (line) => errors.push(line));
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    child.kill(signal);
    const code = await exited;
    await rm(folder, { recursive: true, force: true });
    return code;
  };
  return {
    pid: child.pid!,
    lines,
    logged: (message) =>
      eventually(`${name} to log "${message}"`, () => {
        if (child.exitCode !== null)
          throw new Error(
            `${name} ended with ${child.exitCode}: ${[...errors, ...lines.slice(-3).map((line) => JSON.stringify(line))].join('\n')}`,
          );
        return lines.find(({ msg }) => msg === message);
      }),
    signal: (signal) => void child.kill(signal),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}

function parsed(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { msg: line };
  }
}

/** Waits on a condition: the first value that is neither false nor undefined. */
export async function eventually<Value>(
  what: string,
  look: () => Value | Promise<Value>,
  limitMs = 120_000,
): Promise<NonNullable<Exclude<Value, false>>> {
  const until = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false)
      return found as NonNullable<Exclude<Value, false>>;
    if (Date.now() > until) throw new Error(`waited ${limitMs} ms in vain for ${what}\n${lastLines()}`);
    await delay(50);
  }
}

function lastLines(): string {
  return running
    .flatMap(({ name, lines }) =>
      lines.slice(-8).map((line) => `${name}: ${JSON.stringify(line).slice(0, 400)}`),
    )
    .join('\n');
}

/** A webhook such as the shop's own. */
export async function deliver(port: number, data: object, id: string): Promise<number> {
  const body = JSON.stringify({ type: 'order.changed', data });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(webhookSecret.slice(6), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const answer = await fetch(`http://127.0.0.1:${port}/webhooks/orders`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
    body,
  });
  await answer.arrayBuffer();
  return answer.status;
}

/**
 * The sections every process needs, and that of stock, which relay and appliers need. A short session where a process is
 * killed: its successor waits it out.
 */
export function platformConfig(instance: string, sessionTimeoutMs = 6_000): object {
  return {
    instance,
    kafka: {
      brokers: [sharedKafka()],
      replicationFactor: 1,
      registry: { url: sharedRegistry() },
      sessionTimeoutMs,
    },
    http: { host: '127.0.0.1', port: 0 },
    policy: { retryMaxMs: 1_000 },
    stock: { sources: {} },
  };
}

export function webhookConfig(port = 0): object {
  return { host: '127.0.0.1', port, secrets: [webhookSecret], shutdownDelayMs: 0 };
}

export function ordersConfig(more: { sweep?: object } = {}): object {
  return {
    since: '2026-01-01T00:00:00Z',
    sweep: { intervalMs: 300, marginMs: 1_000, overlapMs: 60_000, ...more.sweep },
    payments: { checkmo: { dueFrom: ['new'], codes: { term: 'NET14' } } },
    shipping: { flatrate_flatrate: { carrier: 'UPS', service: 'GROUND' } },
    stores: { default: {} },
  };
}
