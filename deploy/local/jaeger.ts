import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { stringify } from 'yaml';
import { answersOk } from './http-get.ts';
import { freePort, loopback } from './ports.ts';
import { hooksOf, startProcess, type ProcessHooks, type RunningProcess } from './process.ts';

export interface JaegerOptions extends ProcessHooks {
  /** The program; `jaegerOnPath()` finds it. */
  command: string;
  /** Where its configuration is written. */
  dir: string;
  /** Of its page and its API. */
  port?: number;
  /** Of OTLP over HTTP. */
  otlpPort?: number;
}

export interface Jaeger {
  /** The page, and the API under `/api`. */
  readonly url: string;
  /** Base address for OTLP/HTTP. */
  readonly otlpUrl: string;
  readonly process: RunningProcess;
  stop(): Promise<void>;
}

/** The `jaeger` program (version 2), or undefined. */
export function jaegerOnPath(path = process.env.PATH ?? ''): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, 'jaeger'))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Jaeger 2 on loopback, keeping traces in memory. */
export async function startJaeger(options: JaegerOptions): Promise<Jaeger> {
  const port = options.port ?? (await freePort());
  const otlpPort = options.otlpPort ?? (await freePort());
  mkdirSync(options.dir, { recursive: true });
  const file = join(options.dir, 'jaeger.yaml');
  writeFileSync(file, stringify(configuration({ port, otlpPort, grpcPort: await freePort() })));
  const process = await startProcess({
    name: 'Jaeger',
    command: options.command,
    args: ['--config', `file:${file}`],
    ready: () => answersOk(`http://${loopback}:${port}/api/services`),
    readyWithinMs: 30_000,
    help: 'Cartage does not need it: take it off the PATH and start again.',
    ...hooksOf(options),
  });
  return {
    url: `http://${loopback}:${port}`,
    otlpUrl: `http://${loopback}:${otlpPort}`,
    process,
    stop: async () => {
      await process.stop();
    },
  };
}

function configuration(ports: { port: number; otlpPort: number; grpcPort: number }) {
  const at = (port: number) => ({ endpoint: `${loopback}:${port}` });
  return {
    extensions: {
      jaeger_storage: { backends: { memory: { memory: { max_traces: 100_000 } } } },
      jaeger_query: {
        storage: { traces: 'memory' },
        http: at(ports.port),
        grpc: at(ports.grpcPort),
        // Else it traces itself, and a service "jaeger" appears among ours.
        enable_tracing: false,
      },
    },
    receivers: { otlp: { protocols: { http: at(ports.otlpPort) } } },
    processors: { batch: {} },
    exporters: { jaeger_storage_exporter: { trace_storage: 'memory' } },
    service: {
      extensions: ['jaeger_storage', 'jaeger_query'],
      pipelines: {
        traces: { receivers: ['otlp'], processors: ['batch'], exporters: ['jaeger_storage_exporter'] },
      },
      // Its own metrics would listen on a fixed port.
      telemetry: { metrics: { level: 'none' }, logs: { level: 'warn' } },
    },
  };
}
