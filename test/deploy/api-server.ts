/** A Kubernetes API server of its own: it accepts or refuses manifests as a cluster would, and runs nothing. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, loopback } from '../../deploy/local/ports.ts';
import { startProcess, type RunningProcess } from '../../deploy/local/process.ts';
import { recordProcess } from '../../deploy/local/records.ts';
import { runFolder } from '../infrastructure/folder.ts';
import { program, run, withWords, type Program } from './programs.ts';

export const serverPrograms = [program('kube-apiserver'), program('etcd'), program('kubectl')];
const [apiServer, etcd, kubectl] = serverPrograms as [Program, Program, Program];

export interface ApiServer {
  kubectl(...words: string[]): { code: number | null; output: string };
  stop(): Promise<void>;
}

/** @param folder For keys, logs and data. */
export async function startApiServer(folder: string): Promise<ApiServer> {
  const store = await startEtcd(folder);
  const port = await freePort();
  const token = 'only-for-this-test';
  const words = withWords(
    kubectl,
    `--server=https://${loopback}:${port}`,
    `--token=${token}`,
    '--insecure-skip-tls-verify=true',
    // Its caches of another server would be asked otherwise.
    `--cache-dir=${join(folder, 'kubectl')}`,
  );
  const server = await start(apiServer, folder, {
    args: [`--etcd-servers=${store.url}`, `--secure-port=${port}`, ...serverFlags(folder, token)],
    ready: () => run(words, 'get', '--raw', '/readyz').code === 0,
  });
  return {
    kubectl: (...given) => run(words, ...given),
    stop: async () => {
      await server.kill();
      await store.process.kill();
    },
  };
}

function serverFlags(folder: string, token: string): string[] {
  const tokens = join(folder, 'tokens.csv');
  writeFileSync(tokens, `${token},admin,admin,"system:masters"\n`);
  const key = join(folder, 'service-accounts.key');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(key, privateKey.export({ type: 'pkcs1', format: 'pem' }));
  return [
    `--bind-address=${loopback}`,
    `--advertise-address=${loopback}`,
    `--cert-dir=${join(folder, 'certificates')}`,
    `--token-auth-file=${tokens}`,
    '--authorization-mode=RBAC',
    '--service-account-issuer=https://localhost',
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--disable-admission-plugins=ServiceAccount',
    '--endpoint-reconciler-type=none',
  ];
}

async function startEtcd(folder: string): Promise<{ url: string; process: RunningProcess }> {
  const [url, peers] = [`http://${loopback}:${await freePort()}`, `http://${loopback}:${await freePort()}`];
  const process = await start(etcd, folder, {
    args: [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peers}`,
      `--initial-advertise-peer-urls=${peers}`,
      `--initial-cluster=default=${peers}`,
    ],
    ready: () =>
      fetch(`${url}/health`).then(
        ({ ok }) => ok,
        () => false,
      ),
  });
  return { url, process };
}

function start(
  { name, command }: Program,
  folder: string,
  { args, ready }: { args: string[]; ready: () => boolean | Promise<boolean> },
): Promise<RunningProcess> {
  return startProcess({
    name,
    command: command![0]!,
    args,
    ready,
    logFile: join(folder, `${name}.log`),
    onSpawn: (pid) => recordProcess(join(runFolder(), 'processes'), name, pid),
  });
}
