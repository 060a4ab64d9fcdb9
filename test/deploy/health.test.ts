/**
 * Real: the health checks of docker-compose.yml, run as they stand (but for the port) against the broker and the database
 * of the tests. Not real: the containers around them.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { projectFolder } from '../../deploy/local/install/places.mjs';
import { sharedKafka, sharedPostgres } from '../infrastructure/main.ts';
import { itWith, program } from './programs.ts';

const { services } = parse(readFileSync(join(projectFolder, 'docker-compose.yml'), 'utf8'), {
  merge: true,
}) as { services: Record<string, { healthcheck: { test: string[]; timeout: string } }> };

/** Exit code. It ends by itself, within the time that Docker gives it: what Docker ends may leave something behind. */
async function check(name: string, change: (word: string) => string): Promise<number | null> {
  const [kind, ...words] = services[name]!.healthcheck.test;
  expect(kind).toBe('CMD');
  const [command, ...args] = words.map((word) => change(word.replaceAll('$$', '$')));
  const child = spawn(command!, args, { stdio: 'ignore' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
}

const bash = program('bash');
const psql = program('psql');

describe("Kafka's health check", () => {
  const at = (port: number | string) => check('kafka', (word) => word.replace('/9092', `/${port}`));

  itWith([bash], 'passes where a broker answers', async () => {
    expect(await at(sharedKafka().split(':')[1]!)).toBe(0);
  });

  itWith([bash], 'fails where nobody listens, and where nobody answers', async () => {
    const silent = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => {
      silent.listen(0, '127.0.0.1', resolve);
    });
    const { port } = silent.address() as AddressInfo;
    expect(await at(port)).toBeGreaterThan(0);
    await new Promise((resolve) => {
      silent.close(resolve);
    });
    expect(await at(port)).not.toBe(0);
  });

  it('starts no JVM', () => {
    expect(services.kafka!.healthcheck.test.join(' ')).not.toMatch(/\.sh\b|java/);
  });
});

describe("PostgreSQL's health check", () => {
  const of = (database: string) => {
    const { port } = new URL(sharedPostgres());
    // libpq takes a port in the name of the database, as part of an address.
    return check('postgres', (word) => (word === 'erp' ? `postgres:///${database}?port=${port}` : word));
  };

  itWith([psql], 'passes where the database answers, and not where only the server does', async () => {
    expect(await of('postgres')).toBe(0);
    expect(await of('not_there')).not.toBe(0);
  });

  it('asks the database of the ERP', () => {
    expect(services.postgres!.healthcheck.test.join(' ')).toMatch(/-d erp .*select 1$/);
  });
});
