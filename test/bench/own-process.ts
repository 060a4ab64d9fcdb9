import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../deploy/local/ports.ts';
import { startProcess } from '../../deploy/local/process.ts';
import type { RunningProcess } from '../../deploy/local/process.ts';
import { recordProcess } from '../../deploy/local/records.ts';
import { mallocSettings, nodeOptions } from '../../services/platform/processes.ts';
import { runFolder } from '../infrastructure/folder.ts';

const project = join(import.meta.dirname, '../..');

/** Where a benchmark has put broker and registry. */
export interface KafkaPlace {
  bootstrap: string;
  registryUrl: string;
}

/**
 * A process of Cartage as it runs in its container of 384 MiB, with the heap that Node gives itself there; returns as soon
 * as it runs, from its sources unless another program is named. For whoever looks where the time goes: BENCH_NODE_OPTIONS='--cpu-prof --cpu-prof-dir=/tmp/profile'.
 */
export async function startOwnProcess(
  name: string,
  { bootstrap, registryUrl }: KafkaPlace,
  config: object,
  program = join(project, 'services', name, 'main.ts'),
): Promise<RunningProcess> {
  const folder = mkdtempSync(join(runFolder(), `${name}-`));
  const file = join(folder, 'cartage.yaml');
  // JSON is YAML too.
  writeFileSync(
    file,
    JSON.stringify({
      instance: 'bench',
      kafka: { brokers: [bootstrap], replicationFactor: 1, registry: { url: registryUrl } },
      http: { host: '127.0.0.1', port: await freePort() },
      ...config,
    }),
  );
  const options = `${nodeOptions} --max-old-space-size=192 ${process.env.BENCH_NODE_OPTIONS ?? ''}`;
  return startProcess({
    name,
    command: process.execPath,
    args: [program],
    env: {
      ...process.env,
      CARTAGE_CONFIG: file,
      NODE_ENV: 'production',
      NODE_OPTIONS: options,
      ...mallocSettings,
    },
    logFile: join(folder, 'log'),
    onSpawn: (pid) => recordProcess(join(runFolder(), 'processes'), name, pid),
  });
}
