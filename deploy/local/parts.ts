import { join } from 'node:path';
import { answersOk } from './http-get.ts';
import { projectFolder } from './install/places.mjs';
import { startJaeger } from './jaeger.ts';
import { startKafka } from './kafka.ts';
import { mainOf } from './ours.ts';
import { readiness } from './own/readiness.ts';
import type { Part, RunningPart } from './part.ts';
import { webhookUrl, type Plan } from './plan.ts';
import { loopback } from './ports.ts';
import { startPostgres } from './postgres.ts';
import { hooksOf, startProcess, type ProcessHooks, type ProcessOptions } from './process.ts';
import { recordProcess } from './records.ts';
import { startRegistry } from './registry.ts';
import { StartFailure } from './start-failure.ts';

/** Without these nothing works; a few tries, then everything is stopped. */
const restartsMaxOfEssentials = 3;

/**
 * What `npm start` starts, in the order of what needs what.
 * Whatever needs nothing starts at once, side by side; our own processes come last, when all they talk to is there.
 */
export function partsOf(
  plan: Plan,
  signal: AbortSignal,
  say: (text: string) => void = () => undefined,
): Part[] {
  const { shop = true, erp = true } = plan.own?.sandboxes ?? {};
  const hooks = (name: string): ProcessHooks => ({
    signal,
    logFile: plan.state.logFile(name),
    onSpawn: (pid) => recordProcess(plan.state.processes, name, pid),
  });
  const jaeger = plan.jaeger ? [jaegerPart(plan.jaeger, plan.state.jaeger, hooks('jaeger'))] : [];
  const database = erp ? [postgres(plan, hooks('postgres'))] : [];
  const outside = [kafka(plan, hooks('kafka')), ...database, ...jaeger];
  const sandboxes = [
    ...(erp ? [sandboxErp(plan, hooks('sandbox-erp'))] : []),
    ...(shop ? [sandboxShop(plan, hooks('sandbox-shop'))] : []),
  ];
  const before = [...outside, registry(plan, hooks('registry')), ...sandboxes, topics(plan, hooks('topics'))];
  const needs = before.map(({ name }) => name);
  const ours = [...plan.processPorts].map(([name, port]) =>
    ourProcess(plan, { name, port, needs, say }, hooks(name)),
  );
  return [...before, ...ours];
}

function kafka({ state, ports }: Plan, hooks: ProcessHooks): Part {
  return {
    name: 'kafka',
    title: 'Kafka',
    needs: [],
    restartsMax: restartsMaxOfEssentials,
    start: async () => {
      const broker = await startKafka({ dir: state.kafka, port: ports.kafka, ...hooks });
      return { address: broker.bootstrap, process: broker.process, stop: () => broker.stop() };
    },
  };
}

function postgres({ state, ports, databaseUrl }: Plan, hooks: ProcessHooks): Part {
  const part = { name: 'postgres', title: 'PostgreSQL', needs: [], restartsMax: restartsMaxOfEssentials };
  if (databaseUrl !== undefined) {
    return { ...part, start: async () => ({ address: 'of DATABASE_URL', stop: async () => undefined }) };
  }
  return {
    ...part,
    start: async () => {
      const server = await startPostgres({
        dir: state.postgres,
        port: ports.postgres,
        database: 'erp',
        ...hooks,
      });
      return { address: server.url, process: server.process, stop: () => server.stop() };
    },
  };
}

function registry({ ports }: Plan, hooks: ProcessHooks): Part {
  return {
    name: 'registry',
    title: 'Schema registry',
    needs: ['kafka'],
    start: async () => {
      const bootstrap = `${loopback}:${ports.kafka}`;
      const server = await startRegistry({ bootstrap, port: ports.registry, ...hooks });
      return { address: server.url, process: server.process, stop: () => server.stop() };
    },
  };
}

function jaegerPart(found: NonNullable<Plan['jaeger']>, dir: string, hooks: ProcessHooks): Part {
  return {
    name: 'jaeger',
    title: 'Jaeger',
    needs: [],
    start: async () => {
      const server = await startJaeger({ ...found, dir, ...hooks });
      return { address: server.url, process: server.process, stop: () => server.stop() };
    },
  };
}

function sandboxErp({ ports, databaseUrl, environment }: Plan, hooks: ProcessHooks): Part {
  const url = databaseUrl ?? `postgres://postgres@${loopback}:${ports.postgres}/erp`;
  return {
    name: 'sandbox-erp',
    title: 'Sandbox ERP',
    needs: ['postgres'],
    start: () =>
      nodeProcess({
        name: 'Sandbox ERP',
        args: [sandbox('erp'), '--port', String(ports.erp), '--database-url', url, '--seed'],
        environment,
        hooks,
        ready: ({ json }) => typeof json?.url === 'string',
        address: `http://${loopback}:${ports.erp}`,
      }),
  };
}

function sandboxShop(plan: Plan, hooks: ProcessHooks): Part {
  const { ports, state, secrets, environment, own } = plan;
  const options = {
    port: ports.shop,
    state: state.shop,
    // What nothing brings is there from the start.
    seed: own?.config.flows.catalog === 'off' ? 'default' : 'empty',
    'webhook-url': webhookUrl(plan),
    'webhook-secret': secrets.webhookSecret,
    'consumer-key': secrets.consumerKey,
    'consumer-secret': secrets.consumerSecret,
    'access-token': secrets.accessToken,
    'access-token-secret': secrets.accessTokenSecret,
  };
  return {
    name: 'sandbox-shop',
    title: 'Sandbox shop',
    needs: [],
    start: () =>
      nodeProcess({
        name: 'Sandbox shop',
        args: [
          sandbox('shop'),
          ...Object.entries(options).flatMap(([key, value]) => [`--${key}`, String(value)]),
        ],
        environment,
        hooks,
        ready: ({ json }) => typeof json?.url === 'string',
        address: `http://${loopback}:${ports.shop}`,
      }),
  };
}

/** What a Kubernetes job does: topics and contracts. Ends by itself. */
function topics({ environment }: Plan, hooks: ProcessHooks): Part {
  return {
    name: 'topics',
    title: 'Topics, contracts',
    endsByItself: true,
    needs: ['kafka', 'registry'],
    start: async () => {
      const args = [mainOf('cli'), 'topics', 'apply'];
      const run = await startProcess({
        name: 'cartage topics apply',
        ...nodeOptions(args, environment),
        ...hooks,
      });
      hooks.signal?.addEventListener('abort', () => void run.kill());
      const { code } = await run.exited;
      if (code !== 0) {
        const { name } = run;
        throw new StartFailure(name, `exit code ${code}`, {
          lastLines: run.lastLines(),
          logFile: hooks.logFile,
        });
      }
      return { address: run.lastLines().at(-1) ?? '', stop: async () => undefined };
    },
  };
}

interface OurProcess {
  name: string;
  port: number;
  needs: string[];
  say: (text: string) => void;
}

function ourProcess(plan: Plan, { name, port, needs, say }: OurProcess, hooks: ProcessHooks): Part {
  const address = `http://${loopback}:${port}`;
  return {
    name,
    title: name,
    needs,
    start: () =>
      nodeProcess({
        name,
        args: [mainOf(name)],
        environment: { ...plan.environment, HTTP_PORT: String(port) },
        hooks,
        ...(plan.own
          ? { ready: readiness(name, address, say), readyWithinMs: Infinity }
          : { ready: () => answersOk(`${address}/readyz`) }),
        address,
      }),
  };
}

interface NodeProcess {
  name: string;
  args: readonly string[];
  environment: Record<string, string>;
  hooks: ProcessHooks;
  ready: NonNullable<ProcessOptions['ready']>;
  readyWithinMs?: number;
  address: string;
}

async function nodeProcess(program: NodeProcess): Promise<RunningPart> {
  const { name, args, environment, hooks, ready, readyWithinMs = 60_000, address } = program;
  const options = { name, ready, readyWithinMs, ...nodeOptions(args, environment), ...hooksOf(hooks) };
  // Ours drain within 10 s; a little more, so that it is they who end.
  const process = await startProcess({ ...options, stopWithinMs: 12_000 });
  return {
    address,
    process,
    stop: async () => {
      await process.stop();
    },
  };
}

function nodeOptions(args: readonly string[], environment: Record<string, string>) {
  return { command: process.execPath, args, env: { ...process.env, ...environment } };
}

const sandbox = (name: string): string => join(projectFolder, 'test/sandbox', name, 'main.ts');
