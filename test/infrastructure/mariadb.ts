/** A MariaDB of a test's own, where the Debian package `mariadb-server-core` is installed; nobody but tests needs it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../deploy/local/ports.ts';
import { startProcess } from '../../deploy/local/process.ts';
import { recordProcess } from '../../deploy/local/records.ts';
import type { Program } from '../deploy/programs.ts';
import { runFolder } from './folder.ts';

const file = ['/usr/sbin/mariadbd', '/usr/bin/mariadbd'].find((path) => existsSync(path));
/** For `itWith`: without it tests are skipped. */
export const mariadb: Program = { name: 'mariadbd', command: file === undefined ? null : [file] };
const share = '/usr/share/mysql';
/** In the order of mariadb-install-db, which needs programs of other packages. */
const tables = ['mysql_system_tables', 'mysql_performance_tables', 'mysql_system_tables_data'];

export interface TestMariadb {
  /** As root, who has no password; without a database. */
  url: string;
  stop(): Promise<void>;
  /** As a crash would. */
  kill(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** @param more settings of the server. */
export async function startMariadb(more: readonly string[] = []): Promise<TestMariadb> {
  const dir = mkdtempSync(join(runFolder(), 'mariadb-'));
  const data = join(dir, 'data');
  mkdirSync(data);
  // As root it runs only where that is said.
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  const common = [
    '--no-defaults',
    ...user,
    `--datadir=${data}`,
    `--lc-messages-dir=${share}`,
    '--innodb-log-file-size=8M',
  ];
  const texts = tables.map((name) => readFileSync(join(share, `${name}.sql`), 'utf8'));
  const input = ['create database mysql;', 'use mysql;', 'set @auth_root_socket=null;', ...texts].join('\n');
  const made = spawnSync(file!, [...common, '--bootstrap'], { input, cwd: '/', encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`MariaDB could not be initialised: ${made.stderr}`);
  const port = await freePort();
  const start = () =>
    startProcess({
      name: 'MariaDB',
      command: file!,
      args: [
        ...common,
        '--bind-address=127.0.0.1',
        `--port=${port}`,
        `--socket=${join(data, 'socket')}`,
        '--innodb-buffer-pool-size=32M',
        '--innodb-flush-log-at-trx-commit=0',
        '--log-bin=binlog',
        '--binlog-format=row',
        '--server-id=1',
        ...more,
      ],
      cwd: '/',
      ready: () => existsSync(join(data, 'socket')),
      readyWithinMs: 60_000,
      stopWithinMs: 15_000,
      logFile: join(dir, 'log'),
      onSpawn: (pid) => recordProcess(join(runFolder(), 'processes'), 'MariaDB', pid),
    });
  let running = await start();
  return {
    url: `mysql://root@127.0.0.1:${port}/`,
    stop: async () => void (await running.stop()),
    kill: async () => {
      await running.kill();
      rmSync(join(data, 'socket'), { force: true });
    },
    start: async () => void (running = await start()),
    remove: async () => {
      await running.kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
