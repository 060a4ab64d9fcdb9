import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { mayEnter, unprivilegedAccount, type Account } from './account.ts';
import { freePort, loopback } from './ports.ts';
import { postgresBinaries, sharedFolder } from './postgres-binaries.ts';
import { hooksOf, startProcess, type ProcessHooks, type RunningProcess } from './process.ts';
import { asPostgresArguments, postgresSettings } from './settings.ts';

export interface PostgresOptions extends ProcessHooks {
  /** Its state. An empty folder becomes a new cluster. */
  dir: string;
  port?: number;
  /** A database made with the cluster; `url` points to it. */
  database?: string;
  /** Tests need no data after a power cut and gain speed. */
  durable?: boolean;
}

export interface Postgres {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly process: RunningProcess;
  stop(): Promise<void>;
}

/** PostgreSQL on loopback with logical replication, as the user `postgres` (no password). */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { database = 'postgres', durable = true } = options;
  const account = unprivilegedAccount();
  const binaries = postgresBinaries(account);
  const dir = folderFor(options.dir, account);
  const data = join(dir, 'data');
  if (!existsSync(data)) initialize(binaries, data, database, account);

  const port = options.port ?? (await freePort());
  const process = await startProcess({
    name: 'PostgreSQL',
    command: join(binaries, 'postgres'),
    args: ['-D', data, ...settings(port, durable)],
    cwd: '/',
    env: environment(),
    ...account,
    ready: () => isReady(data, port),
    readyWithinMs: 60_000,
    // "Fast": ends the sessions; SIGTERM would wait for them.
    stopSignal: 'SIGINT',
    stopWithinMs: 15_000,
    help: `If its data were damaged, begin anew (npm start -- --fresh). Data: ${data}`,
    ...hooksOf(options),
  });
  return {
    url: `postgres://postgres@${loopback}:${port}/${database}`,
    port,
    pid: process.pid,
    process,
    stop: async () => {
      await process.stop();
    },
  };
}

/** Removes the state of an earlier start, wherever it was put. */
export function removePostgres(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
  rmSync(elsewhere(dir), { recursive: true, force: true });
}

/** The folder asked for, or one under /var/lib when the account may not enter it (a project in root's home). */
function folderFor(dir: string, account: Account | undefined): string {
  mkdirSync(dir, { recursive: true });
  if (mayEnter(account, dir)) return dir;
  mkdirSync(elsewhere(dir), { recursive: true, mode: 0o755 });
  return elsewhere(dir);
}

function elsewhere(dir: string): string {
  return join(sharedFolder, createHash('sha256').update(dir).digest('hex').slice(0, 12));
}

/** Under another name until it is complete, so that an interrupted one is not taken for a cluster. */
function initialize(binaries: string, data: string, database: string, account: Account | undefined): void {
  const unfinished = `${data}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  if (account) chownSync(unfinished, account.uid, account.gid);
  const options = [
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
    '--no-instructions',
  ];
  runOnce(join(binaries, 'initdb'), ['-D', unfinished, ...options], account);
  if (database !== 'postgres') {
    // Single-user mode: no client and no port are needed for one statement.
    runOnce(
      join(binaries, 'postgres'),
      ['--single', '-D', unfinished, 'postgres'],
      account,
      `create database "${database}"\n`,
    );
  }
  renameSync(unfinished, data);
}

function runOnce(command: string, args: string[], account: Account | undefined, input = ''): void {
  const { status, stderr, error } = spawnSync(command, args, {
    ...account,
    cwd: '/',
    env: environment(),
    encoding: 'utf8',
    input,
  });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr.trim()}`);
}

/** Nothing of ours: PGDATA, PGPORT and LC_ALL of the caller would change what is started. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' };
}

function settings(port: number, durable: boolean): string[] {
  const place = { port, listen_addresses: loopback, unix_socket_directories: '' };
  return asPostgresArguments({ ...place, ...postgresSettings({ durable }) });
}

/** Line 4 of postmaster.pid is the port and line 8 the status; a file left by a killed server names another port or pid. */
function isReady(data: string, port: number): boolean {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    return lines[3]?.trim() === String(port) && lines[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}
