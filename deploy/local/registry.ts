import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { answersOk } from './http-get.ts';
import { classArchive, javaCommand, javaFlags, javaProgram } from './java.ts';
import { freePort, loopback } from './ports.ts';
import { hooksOf, startProcess, type ProcessHooks, type RunningProcess } from './process.ts';

export interface RegistryOptions extends ProcessHooks {
  /** The broker that keeps the schemas, so that their ids survive. Left out: they are kept in memory only (tests). */
  bootstrap?: string;
  port?: number;
}

export interface Registry {
  /** The Confluent API of the registry. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly process: RunningProcess;
  stop(): Promise<void>;
}

/**
 * Apicurio Registry 3.0.9 on loopback, spoken to by its Confluent API (version 7).
 * Ready by `/health/ready` and not before: while it replays its topic it answers 200 with part of the subjects.
 */
export async function startRegistry(options: RegistryOptions = {}): Promise<Registry> {
  const port = options.port ?? (await freePort());
  const archive = await classArchive(
    options.bootstrap === undefined ? 'registry-memory' : 'registry-kafkasql',
  );
  const process = await startProcess({
    name: 'Schema registry',
    command: javaCommand(),
    args: [...javaFlags, ...archive.flags, ...settings(port, options.bootstrap), '-jar', runnableJar()],
    ready: () => answersOk(`http://${loopback}:${port}/health/ready`),
    readyWithinMs: 120_000,
    // The first end writes the class archive.
    stopWithinMs: 30_000,
    help: 'If it cannot reach Kafka, look at the log of Kafka beside it.',
    ...hooksOf(options),
  });
  return {
    url: `http://${loopback}:${port}/apis/ccompat/v7`,
    port,
    pid: process.pid,
    process,
    stop: async () => {
      await process.stop();
      archive.keep();
    },
  };
}

function settings(port: number, bootstrap: string | undefined): string[] {
  const common = [
    `-Dquarkus.http.host=${loopback}`,
    `-Dquarkus.http.port=${port}`,
    '-Dquarkus.log.level=WARN',
    '-Dquarkus.banner.enabled=false',
  ];
  if (bootstrap === undefined) return common;
  return [
    ...common,
    '-Dapicurio.storage.kind=kafkasql',
    `-Dapicurio.kafkasql.bootstrap.servers=${bootstrap}`,
    // Its first poll, for a snapshot that is not there, waits this long before anything else happens; default 5 s.
    '-Dapicurio.kafkasql.consumer.poll.timeout=500',
  ];
}

function runnableJar(): string {
  const folder = javaProgram('registry');
  const jar = readdirSync(folder).find((name) => name.endsWith('-runner.jar'));
  if (jar === undefined) throw new Error(`No *-runner.jar in ${folder}. Remove the folder and start again.`);
  return join(folder, jar);
}
