import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { refresh } from '../../schemas/topics.ts';
import type { Contract } from '../../schemas/topics.ts';
import { openTopicAdmin } from '../../services/platform/kafka/connect.ts';
import { nodeOptions } from '../../services/platform/processes.ts';
import { startKafka, startRegistry } from '../infrastructure/main.ts';
import type { Benchmark, Side, Window } from './benchmark.ts';
import { cpuSeconds } from './resources.ts';

const windowSeconds = 4;
/** As many shops' workers as may knock at once; each waits for its answer before it sends the next. */
const connections = 200;
/** A window ends when all are delivered, even if its time is not over: signing them costs more than sending them. */
const deliveriesPerWindow = 60_000;

/** How much a webhook may cost over the least that it can, and how much less than with the usual parts. */
export const webhooks: Benchmark = {
  name: 'webhooks',
  about: `signed webhooks answered 202 per second, ${connections} connections, windows of ${windowSeconds} s; the subject answers after the broker's acknowledgement`,
  unit: 'webhooks/s',
  async open() {
    const stops: (() => Promise<void>)[] = [];
    const close = async () => {
      for (const stop of stops.toReversed()) await stop();
    };
    try {
      const [kafka, registry] = await Promise.all([startKafka(), startRegistry()]);
      stops.push(
        () => kafka.remove(),
        () => registry.remove(),
      );
      await createTopic(kafka.bootstrap, registry.url);
      const bare = await startServer('bare-server.ts', []);
      stops.push(() => bare.stop());
      const usual = await startServer('express-server.ts', [kafka.bootstrap, refresh.topic]);
      stops.push(() => usual.stop());
      const relay = await startServer('relay-server.ts', [kafka.bootstrap, registry.url], nodeOptions);
      stops.push(() => relay.stop());
      return {
        peers: [
          { ...side('bare node:http, HMAC, JSON.parse', bare), goal: 0.6 },
          { ...side('Express, one producer.send of kafkajs each', usual), goal: 2.5 },
        ],
        subject: side('order-relay: checked, published, acknowledged', relay),
        close,
      };
    } catch (error) {
      await close();
      throw error;
    }
  },
};

async function createTopic(bootstrap: string, registryUrl: string): Promise<void> {
  const quiet = () => undefined;
  const admin = openTopicAdmin({
    brokers: [bootstrap],
    clientId: 'bench',
    registry: { url: registryUrl },
    source: 'cartage/bench',
    log: { info: quiet, warn: quiet, error: quiet },
  });
  try {
    const rows = [refresh] as unknown as readonly Contract<never>[];
    await admin.apply(rows, { replicationFactor: 1, dryRun: false });
  } finally {
    await admin.close();
  }
}

/** kafkajs as it is, which the peer uses, sets timers to the past; ours is mended. */
const flags = ['--disable-warning=TimeoutNegativeWarning'];

interface Server {
  port: number;
  pid: number;
  stop(): Promise<void>;
}

/** A server of this folder in a process of its own, which says its port on its first line. */
async function startServer(file: string, args: string[], options = ''): Promise<Server> {
  const child: ChildProcess = spawn(process.execPath, [...flags, join(import.meta.dirname, file), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: options },
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const firstLine = new Promise<string>((resolve) =>
    createInterface({ input: child.stdout! }).once('line', resolve),
  );
  const port = await Promise.race([firstLine, exited.then(() => null)]);
  if (port === null) throw new Error(`${file} ended before it listened`);
  return {
    port: Number(port),
    pid: child.pid!,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

interface LoadResult {
  answered: number;
  perSecond: number;
  refused: number;
  latencyP50Ms: number;
  latencyP99Ms: number;
}

function side(what: string, { port, pid }: Server): Side {
  return {
    what,
    async measure(): Promise<Window> {
      const prefix = randomBytes(4).toString('hex');
      const before = cpuSeconds(pid);
      const args = [port, windowSeconds, connections, deliveriesPerWindow, prefix].map(String);
      const { stdout } = await promisify(execFile)(process.execPath, [
        join(import.meta.dirname, 'load.ts'),
        ...args,
      ]);
      const result = JSON.parse(stdout) as LoadResult;
      if (result.refused > 0) throw new Error(`${what}: ${result.refused} deliveries were not answered 202`);
      return {
        value: result.perSecond,
        latencyP50Ms: result.latencyP50Ms,
        latencyP99Ms: result.latencyP99Ms,
        cpuUs: ((cpuSeconds(pid) - before) * 1e6) / result.answered,
      };
    },
  };
}
